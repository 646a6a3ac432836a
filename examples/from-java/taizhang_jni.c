/* Between Taizhang.java and taizhang/c.h: bytes in, bytes out, errors as exceptions. */
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <taizhang/c.h>

static jbyteArray to_java(JNIEnv* env, const char* data, size_t size) {
  jbyteArray array = NULL;
  if (size <= INT32_MAX) array = (*env)->NewByteArray(env, (jsize)size);
  if (array != NULL) (*env)->SetByteArrayRegion(env, array, 0, (jsize)size, (const jbyte*)data);
  return array; /* NULL: Java has an exception pending, or an answer too large for an array */
}

static jbyteArray take(JNIEnv* env, taizhang_buffer* buffer) {
  jbyteArray array = to_java(env, buffer->data, buffer->size);
  taizhang_free(buffer);
  return array;
}

/* A copy that ends in NUL; of the caller's to free. NULL if there is no memory, which the library
 * then refuses as an argument. */
static char* from_java(JNIEnv* env, jbyteArray array, size_t* size) {
  const jsize length = (*env)->GetArrayLength(env, array);
  char* text = malloc((size_t)length + 1);
  if (text == NULL) return NULL;
  (*env)->GetByteArrayRegion(env, array, 0, length, (jbyte*)text);
  text[length] = '\0';
  if (size != NULL) *size = (size_t)length;
  return text;
}

/* Throws Taizhang.Failure, if it failed. */
static void check(JNIEnv* env, taizhang_code code, taizhang_error* error) {
  if (code == TAIZHANG_OK) return;
  const char* name = taizhang_code_name(code);
  const char* message = taizhang_error_message(error, TAIZHANG_EN);
  jclass failure = (*env)->FindClass(env, "Taizhang$Failure");
  jmethodID make = failure ? (*env)->GetMethodID(env, failure, "<init>", "([B[B)V") : NULL;
  if (make != NULL) {
    jobject thrown = (*env)->NewObject(env, failure, make, to_java(env, name, strlen(name)),
                                       to_java(env, message, strlen(message)));
    if (thrown != NULL) (*env)->Throw(env, (jthrowable)thrown);
  }
  taizhang_error_free(error);
}

static taizhang_system* system_of(jlong handle) { return (taizhang_system*)(intptr_t)handle; }
static taizhang_follower* follower_of(jlong handle) { return (taizhang_follower*)(intptr_t)handle; }

JNIEXPORT jstring JNICALL Java_Taizhang_version(JNIEnv* env, jclass self) {
  (void)self;
  return (*env)->NewStringUTF(env, taizhang_version());
}

JNIEXPORT jlong JNICALL Java_Taizhang_open(JNIEnv* env, jclass self, jbyteArray location,
                                           jbyteArray options) {
  (void)self;
  char* where = from_java(env, location, NULL);
  char* how = from_java(env, options, NULL);
  taizhang_system* system = NULL;
  taizhang_error* error = NULL;
  check(env, taizhang_open(where, how, &system, &error), error);
  free(where);
  free(how);
  return (jlong)(intptr_t)system;
}

JNIEXPORT void JNICALL Java_Taizhang_close(JNIEnv* env, jclass self, jlong system) {
  (void)self;
  taizhang_error* error = NULL;
  check(env, taizhang_close(system_of(system), &error), error);
}

JNIEXPORT jbyteArray JNICALL Java_Taizhang_execute(JNIEnv* env, jclass self, jlong system,
                                                   jbyteArray commands) {
  (void)self;
  size_t size = 0;
  char* text = from_java(env, commands, &size);
  taizhang_buffer verdicts = {NULL, 0};
  taizhang_error* error = NULL;
  const taizhang_code code = taizhang_execute(system_of(system), text, size, &verdicts, &error);
  free(text);
  check(env, code, error);
  return code == TAIZHANG_OK ? take(env, &verdicts) : NULL;
}

JNIEXPORT jbyteArray JNICALL Java_Taizhang_view(JNIEnv* env, jclass self, jlong system,
                                                jbyteArray name, jbyteArray ask) {
  (void)self;
  char* view = from_java(env, name, NULL);
  char* how = from_java(env, ask, NULL);
  taizhang_buffer answer = {NULL, 0};
  taizhang_error* error = NULL;
  const taizhang_code code = taizhang_view(system_of(system), view, how, &answer, &error);
  free(view);
  free(how);
  check(env, code, error);
  return code == TAIZHANG_OK ? take(env, &answer) : NULL;
}

JNIEXPORT jlong JNICALL Java_Taizhang_follow(JNIEnv* env, jclass self, jlong system,
                                             jbyteArray query, jbyteArray options) {
  (void)self;
  char* which = from_java(env, query, NULL);
  char* how = from_java(env, options, NULL);
  taizhang_follower* follower = NULL;
  taizhang_error* error = NULL;
  check(env, taizhang_follow(system_of(system), which, how, &follower, &error), error);
  free(which);
  free(how);
  return (jlong)(intptr_t)follower;
}

JNIEXPORT jbyteArray JNICALL Java_Taizhang_poll(JNIEnv* env, jclass self, jlong follower,
                                                jint wait_milliseconds, jint most) {
  (void)self;
  taizhang_buffer lines = {NULL, 0};
  taizhang_error* error = NULL;
  const taizhang_code code = taizhang_poll(follower_of(follower), (uint32_t)wait_milliseconds,
                                           (size_t)most, &lines, NULL, &error);
  check(env, code, error);
  return code == TAIZHANG_OK ? take(env, &lines) : NULL;
}

JNIEXPORT void JNICALL Java_Taizhang_closeFollower(JNIEnv* env, jclass self, jlong follower) {
  (void)env;
  (void)self;
  taizhang_follower_close(follower_of(follower));
}
