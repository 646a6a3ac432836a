/* The story of one child, from C: a school, a class, an enrolment, a refusal, the register, the
 * log.
 *
 *     from_c DIRECTORY
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taizhang/c.h>

/* Every call answers 0 or a code; the error says in words what is wrong and what to do. */
static void check(taizhang_code code, taizhang_error* error) {
  if (code == TAIZHANG_OK) return;
  fprintf(stderr, "%s: %s\n", taizhang_code_name(code), taizhang_error_message(error, TAIZHANG_EN));
  taizhang_error_free(error);
  exit(1);
}

/* Prints an answer and gives it back. */
static void show(const char* title, taizhang_buffer* answer) {
  printf("-- %s\n%s\n", title, answer->size == 0 ? "(nothing)" : answer->data);
  taizhang_free(answer);
}

/* One command a line. An id of one's own makes each safe to send again: run this program twice. */
static const char commands[] =
    "{\"type\":\"RegisterSchool\",\"id\":\"00000000000000000000000001\",\"on\":\"2023-08-20\","
    "\"context\":{\"actor\":\"teacher:1\"},\"body\":{\"code\":\"3143001234\",\"name\":"
    "\"思蒙镇中学\","
    "\"category\":\"31\",\"jurisdiction\":\"CN-431224\"}}\n"
    "{\"type\":\"OpenClass\",\"id\":\"00000000000000000000000002\",\"on\":\"2023-08-20\",\"body\":"
    "{\"school\":\"school-code:3143001234\",\"code\":\"C1\",\"stage\":\"junior\",\"entry_year\":"
    "2023}}\n"
    "{\"type\":\"EnrolStudent\",\"id\":\"00000000000000000000000003\",\"on\":\"2023-09-01\","
    "\"body\":"
    "{\"class\":\"class-code:C1\",\"name\":\"舒·阿依\",\"sex\":\"2\",\"birth_date\":\"2011-03-15\","
    "\"citizen_id\":\"431224201103150022\"}}\n"
    /* Compulsory education: a rule refuses this one, and names itself. */
    "{\"type\":\"ExpelStudent\",\"id\":\"00000000000000000000000004\",\"on\":\"2024-03-01\","
    "\"body\":"
    "{\"student\":\"citizen-id:431224201103150022\",\"cause\":\"旷课\"}}\n";

int main(int argc, char** argv) {
  taizhang_error* error = NULL;
  taizhang_system* system = NULL;
  taizhang_follower* follower = NULL;
  taizhang_buffer answer = {NULL, 0};
  taizhang_buffer seen = {NULL, 0};
  char location[4096];

  if (argc != 2) return fprintf(stderr, "usage: from_c DIRECTORY\n"), 2;
  if (taizhang_abi_version() != TAIZHANG_ABI_VERSION) return fprintf(stderr, "other ABI\n"), 2;
  snprintf(location, sizeof location, "rocksdb:%s", argv[1]);
  check(
      taizhang_open(location, "{\"mode\":\"open_or_create\",\"language\":\"en\"}", &system, &error),
      error);

  /* Durable when it returns; one verdict a line. */
  check(taizhang_execute(system, commands, strlen(commands), &answer, &error), error);
  show("verdicts", &answer);

  check(taizhang_view(system, "student-register",
                      "{\"where\":{\"school\":\"school-code:3143001234\"}}", &answer, &error),
        error);
  show("register (personal fields masked)", &answer);

  check(taizhang_follow(system, "{\"items\":[{\"types\":[\"student-enrolled\"]}]}", NULL, &follower,
                        &error),
        error);
  check(taizhang_poll(follower, 0, 100, &answer, &seen, &error), error);
  show("enrolments in the log", &answer);
  /* Where it is now, kept under a name: the next run could go on after it. */
  check(taizhang_set_cursor(system, "from-c", seen.data, &error), error);
  show("followed up to", &seen);
  taizhang_follower_close(follower);

  check(taizhang_close(system, &error), error);
  return 0;
}
