/* The header by itself, and every call with the types that a program gives it. */
#include <taizhang/c.h>

int header_is_usable(taizhang_system* system, taizhang_follower* follower, taizhang_error* error) {
  taizhang_buffer buffer = {NULL, 0};
  uint64_t seen = 0;
  taizhang_code code = taizhang_open("memory:x", "{}", &system, &error);
  code += taizhang_status(system, &buffer, &error);
  code += taizhang_execute(system, "", 0, &buffer, &error);
  code += taizhang_append(system, "", 0, NULL, &buffer, &error);
  code += taizhang_confirm_clock(system, "{}", "", &error);
  code += taizhang_read(system, NULL, NULL, &buffer, &seen, &error);
  code += taizhang_trail(system, "", NULL, &buffer, &seen, &error);
  code += taizhang_view(system, "", NULL, &buffer, &error);
  code += taizhang_subject(system, NULL, "", &buffer, &error);
  code += taizhang_follow(system, NULL, NULL, &follower, &error);
  code += taizhang_poll(follower, 0, 1, &buffer, &seen, &error);
  taizhang_follower_stop(follower);
  taizhang_follower_close(follower);
  taizhang_free(&buffer);
  code += taizhang_close(system, &error);
  code += taizhang_error_code(error) + taizhang_error_retry(error);
  code += *taizhang_error_message(error, TAIZHANG_ZH) + *taizhang_error_details(error);
  taizhang_error_free(error);
  code += *taizhang_version() + taizhang_abi_version() + *taizhang_code_name(TAIZHANG_CANCELLED);
  return code == TAIZHANG_OK;
}
