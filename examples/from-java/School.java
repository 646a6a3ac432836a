import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The story of one child: a school, a class, an enrolment, a refusal, the register, the log. */
final class School {
  // An id of one's own makes each command safe to send again: run this program twice.
  private static final String COMMANDS =
      """
      {"type":"RegisterSchool","id":"00000000000000000000000001","on":"2023-08-20",\
      "context":{"actor":"teacher:1"},"body":{"code":"3143001234","name":"思蒙镇中学",\
      "category":"31","jurisdiction":"CN-431224"}}
      {"type":"OpenClass","id":"00000000000000000000000002","on":"2023-08-20","body":\
      {"school":"school-code:3143001234","code":"C1","stage":"junior","entry_year":2023}}
      {"type":"EnrolStudent","id":"00000000000000000000000003","on":"2023-09-01","body":\
      {"class":"class-code:C1","name":"舒·阿依","sex":"2","birth_date":"2011-03-15",\
      "citizen_id":"431224201103150022"}}
      {"type":"ExpelStudent","id":"00000000000000000000000004","on":"2024-03-01","body":\
      {"student":"citizen-id:431224201103150022","cause":"旷课"}}
      """;

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("taizhang " + Taizhang.version());
    String options = "{\"mode\":\"open_or_create\",\"language\":\"en\"}";
    try (Taizhang record = new Taizhang("rocksdb:" + arguments[0], options)) {
      out.print(record.execute(COMMANDS)); // the last is refused by a rule, which names itself
      out.println(
          record.view("student-register", "{\"where\":{\"school\":\"school-code:3143001234\"}}"));
      String enrolments = "{\"items\":[{\"types\":[\"student-enrolled\"]}]}";
      try (Taizhang.Follower follower = record.follow(enrolments, "")) {
        out.print(follower.poll(0, 100));
      }
      record.view("student-registre", "");
    } catch (Taizhang.Failure failure) {
      out.println(failure.code + ": " + failure.getMessage());
    }
  }
}
