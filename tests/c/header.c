/* The header by itself, and every call with the types that a program gives it. */
#include <taizhang/c.h>

static taizhang_code rule(void* user, taizhang_decision* decision, const char* command_json) {
  taizhang_buffer buffer = {NULL, 0};
  taizhang_error* error = NULL;
  taizhang_code code = taizhang_decision_past(decision, command_json, &buffer, &error);
  code += taizhang_decision_row(decision, "", "{}", &buffer, &error);
  code += taizhang_decision_event(decision, UINT64_MAX, &buffer, &error);
  code += taizhang_decision_emit(decision, "{}", &error);
  return user == NULL ? code : taizhang_decision_refuse(decision, "", "", "", 1);
}

static taizhang_code fold(void* user, const char* row_json, const char* event_json,
                          taizhang_row* row) {
  taizhang_error* error = NULL;
  return user == NULL ? taizhang_row_set(row, row_json, &error) : taizhang_row_park(row, event_json);
}

int header_is_usable(taizhang_system* system, taizhang_follower* follower, taizhang_error* error) {
  taizhang_buffer buffer = {NULL, 0};
  taizhang_buffer seen = {NULL, 0};
  taizhang_code code = taizhang_open("memory:x", "{}", &system, &error);
  taizhang_model* model = NULL;
  code += taizhang_model_new(&model, &error);
  code += taizhang_model_rule(model, "", rule, NULL, &error);
  code += taizhang_model_table(model, "", "{}", fold, NULL, &error);
  code += taizhang_open_model("memory:x", "{}", model, &system, &error);
  taizhang_model_free(model);
  code += taizhang_status(system, &buffer, &error);
  code += taizhang_execute(system, "", 0, &buffer, &error);
  code += taizhang_append(system, "", 0, NULL, &buffer, &error);
  code += taizhang_void(system, 1, "{}", &buffer, &error);
  code += taizhang_correct(system, UINT64_MAX, "{}", &buffer, &error);
  code += taizhang_confirm_clock(system, "{}", "", &error);
  code += taizhang_read(system, NULL, NULL, &buffer, &seen, &error);
  code += taizhang_trail(system, "", NULL, &buffer, &seen, &error);
  code += taizhang_view(system, "", NULL, &buffer, &error);
  code += taizhang_subject(system, NULL, "", &buffer, &error);
  code += taizhang_checkpoint(system, 0, &buffer, &error);
  code += taizhang_cursor(system, "", &buffer, &error);
  code += taizhang_set_cursor(system, "", NULL, &error);
  code += taizhang_follow(system, NULL, NULL, &follower, &error);
  code += taizhang_poll(follower, 0, 1, &buffer, &seen, &error);
  taizhang_follower_stop(follower);
  taizhang_follower_close(follower);
  taizhang_free(&buffer);
  taizhang_free(&seen);
  code += taizhang_close(system, &error);
  code += taizhang_error_code(error) + taizhang_error_retry(error);
  code += *taizhang_error_message(error, TAIZHANG_ZH) + *taizhang_error_details(error);
  taizhang_error_free(error);
  code += *taizhang_version() + taizhang_abi_version() + *taizhang_code_name(TAIZHANG_OTHER_HISTORY);
  return code == TAIZHANG_OK;
}
