import java.nio.charset.StandardCharsets;

/** One record, by the C interface; every call is described in taizhang/c.h. Any thread. */
final class Taizhang implements AutoCloseable {
  /** Why a call failed: `code` is a name such as "rejected", the message says the way out. */
  static final class Failure extends RuntimeException {
    final String code;

    Failure(byte[] code, byte[] message) {
      super(text(message));
      this.code = text(code);
    }
  }

  /** Each match once and in order, by polling. One thread at a time. */
  final class Follower implements AutoCloseable {
    private long handle;

    private Follower(String query, String options) {
      handle = Taizhang.follow(system, bytes(query), bytes(options));
    }

    /** Up to `most` events, one JSON object a line; "" if none came in time. */
    String poll(int waitMilliseconds, int most) {
      return text(Taizhang.poll(handle, waitMilliseconds, most));
    }

    @Override
    public void close() {
      Taizhang.closeFollower(handle);
      handle = 0;
    }
  }

  private long system;

  Taizhang(String location, String options) {
    system = open(bytes(location), bytes(options));
  }

  /** Commands as JSON lines or array; one verdict a line. Durable when it returns. */
  String execute(String commands) {
    return text(execute(system, bytes(commands)));
  }

  String view(String name, String ask) {
    return text(view(system, bytes(name), bytes(ask)));
  }

  Follower follow(String query, String options) {
    return new Follower(query, options);
  }

  @Override
  public void close() {
    long closing = system;
    system = 0;
    close(closing);
  }

  static native String version();

  // Text goes as UTF-8 bytes: JNI's own strings are another encoding.
  private static native long open(byte[] location, byte[] options);

  private static native void close(long system);

  private static native byte[] execute(long system, byte[] commands);

  private static native byte[] view(long system, byte[] name, byte[] ask);

  private static native long follow(long system, byte[] query, byte[] options);

  private static native byte[] poll(long follower, int waitMilliseconds, int most);

  private static native void closeFollower(long follower);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static {
    System.load(System.getProperty("taizhang.jni"));
  }
}
