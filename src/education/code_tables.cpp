#include "education/code_tables.hpp"

#include <initializer_list>

namespace taizhang::education {
namespace {

struct Code {
  const char* code;
  const char* zh;
  const char* en;
};

CodeTable table(std::initializer_list<Code> codes) {
  CodeTable made;
  for (const Code& code : codes) made.emplace(code.code, Text{code.en, code.zh});
  return made;
}

// National tables: JY/T 1001-2012 and the GB/T tables it cites.
void add_national(CodeTables& tables) {
  tables["student-status"] = table({{"01", "在读", "enrolled"},
                                    {"02", "休学", "on leave"},
                                    {"03", "退学", "withdrawn"},
                                    {"04", "停学", "suspended"},
                                    {"05", "复学", "resumed"},
                                    {"06", "流失", "dropped out"},
                                    {"07", "毕业", "graduated"},
                                    {"08", "结业", "completed without diploma"},
                                    {"09", "肄业", "partly completed"},
                                    {"10", "转出", "transferred out"},
                                    {"11", "死亡", "deceased"},
                                    {"12", "保留入学资格", "entry deferred"},
                                    {"13", "公派出国", "abroad on assignment"},
                                    {"14", "开除", "expelled"},
                                    {"15", "下落不明", "whereabouts unknown"},
                                    {"99", "其他", "other"}});
  tables["sex"] = table({{"0", "未知", "unknown"},
                         {"1", "男", "male"},
                         {"2", "女", "female"},
                         {"9", "未说明", "not stated"}});
  tables["id-type"] = table({{"1", "居民身份证", "citizen ID card"},
                             {"6", "香港特区护照/身份证明", "Hong Kong document"},
                             {"7", "澳门特区护照/身份证明", "Macao document"},
                             {"8", "台湾居民来往大陆通行证", "Taiwan resident travel permit"},
                             {"9", "境外永久居住证", "permanent residence permit"},
                             {"A", "护照", "passport"},
                             {"B", "户口簿", "household register booklet"},
                             {"Z", "其他", "other"}});
  tables["term"] = table({{"1", "秋季学期", "autumn"},
                          {"2", "春季学期", "spring"},
                          {"3", "夏季学期", "summer"},
                          {"9", "其他", "other"}});
  tables["leave-cause"] = table({{"1", "病患", "illness"},
                                 {"2", "停学实践", "practice"},
                                 {"3", "贫困", "poverty"},
                                 {"4", "学习成绩不好", "poor results"},
                                 {"5", "出国", "going abroad"},
                                 {"6", "其他", "other"}});
  tables["fund-source"] = table({{"1", "财政拨款", "public funds"},
                                 {"2", "贷款", "loan"},
                                 {"3", "自筹", "own funds"},
                                 {"4", "捐助", "donation"},
                                 {"5", "集资", "collective funds"},
                                 {"9", "其他", "other"}});
  tables["staff-state"] = table({{"01", "退休", "retired"},
                                 {"02", "离休", "retired with honours"},
                                 {"03", "死亡", "deceased"},
                                 {"04", "返聘", "re-employed"},
                                 {"05", "调出", "moved elsewhere"},
                                 {"06", "辞职", "resigned"},
                                 {"07", "离职", "left"},
                                 {"08", "开除", "dismissed"},
                                 {"09", "下落不明", "whereabouts unknown"},
                                 {"11", "在职", "in post"},
                                 {"12", "延聘", "extended"},
                                 {"14", "长病假", "on long sick leave"},
                                 {"15", "因公出国", "abroad on duty"},
                                 {"16", "停薪留职", "on unpaid leave"},
                                 {"17", "待岗", "waiting for a post"},
                                 {"99", "其他", "other"}});
  tables["relation"] = table({{"01", "本人", "self"},
                              {"02", "户主", "head of household"},
                              {"10", "配偶", "spouse"},
                              {"11", "夫", "husband"},
                              {"12", "妻", "wife"},
                              {"20", "子", "son"},
                              {"30", "女", "daughter"},
                              {"40", "孙子、孙女或外孙子、外孙女", "grandchild"},
                              {"50", "父母", "parent"},
                              {"51", "父亲", "father"},
                              {"52", "母亲", "mother"},
                              {"60", "祖父母或外祖父母", "grandparent"},
                              {"61", "祖父", "grandfather"},
                              {"62", "祖母", "grandmother"},
                              {"70", "兄弟姐妹", "sibling"},
                              {"80", "其他", "other"},
                              {"97", "其他亲属", "other relative"},
                              {"99", "非亲属", "not related"}});
  tables["class-type"] = table({{"10", "普通小学班", "primary class"},
                                {"20", "普通初中班", "junior secondary class"},
                                {"21", "民族初中班", "ethnic junior secondary class"},
                                {"22", "复式班", "multigrade class"},
                                {"23", "教学点班", "teaching-point class"},
                                {"24", "特长班", "talent class"},
                                {"25", "视力残疾班", "class for impaired sight"},
                                {"26", "听力残疾班", "class for impaired hearing"},
                                {"27", "智力残疾班", "class for mental disability"},
                                {"40", "普通高中班", "senior secondary class"}});
  tables["school-category"] = table({{"11", "幼儿园", "kindergarten"},
                                     {"21", "普通小学", "primary school"},
                                     {"31", "普通初中", "junior secondary school"},
                                     {"34", "普通高中", "senior secondary school"},
                                     {"36", "中等职业学校", "vocational secondary school"},
                                     {"37", "工读学校", "reform school"},
                                     {"41", "高等学校", "university"},
                                     {"51", "特殊教育学校", "special school"},
                                     {"99", "其他", "other"}});
  tables["ethnicity"] =
      table({{"01", "汉族", "Han"},          {"02", "蒙古族", "Mongol"},
             {"03", "回族", "Hui"},          {"04", "藏族", "Zang"},
             {"05", "维吾尔族", "Uygur"},    {"06", "苗族", "Miao"},
             {"07", "彝族", "Yi"},           {"08", "壮族", "Zhuang"},
             {"09", "布依族", "Buyei"},      {"10", "朝鲜族", "Chosen"},
             {"11", "满族", "Man"},          {"12", "侗族", "Dong"},
             {"13", "瑶族", "Yao"},          {"14", "白族", "Bai"},
             {"15", "土家族", "Tujia"},      {"16", "哈尼族", "Hani"},
             {"17", "哈萨克族", "Kazak"},    {"18", "傣族", "Dai"},
             {"19", "黎族", "Li"},           {"20", "傈僳族", "Lisu"},
             {"21", "佤族", "Va"},           {"22", "畲族", "She"},
             {"23", "高山族", "Gaoshan"},    {"24", "拉祜族", "Lahu"},
             {"25", "水族", "Sui"},          {"26", "东乡族", "Dongxiang"},
             {"27", "纳西族", "Naxi"},       {"28", "景颇族", "Jingpo"},
             {"29", "柯尔克孜族", "Kirgiz"}, {"30", "土族", "Tu"},
             {"31", "达斡尔族", "Daur"},     {"32", "仫佬族", "Mulao"},
             {"33", "羌族", "Qiang"},        {"34", "布朗族", "Blang"},
             {"35", "撒拉族", "Salar"},      {"36", "毛南族", "Maonan"},
             {"37", "仡佬族", "Gelao"},      {"38", "锡伯族", "Xibe"},
             {"39", "阿昌族", "Achang"},     {"40", "普米族", "Pumi"},
             {"41", "塔吉克族", "Tajik"},    {"42", "怒族", "Nu"},
             {"43", "乌孜别克族", "Uzbek"},  {"44", "俄罗斯族", "Russ"},
             {"45", "鄂温克族", "Ewenki"},   {"46", "德昂族", "Deang"},
             {"47", "保安族", "Bonan"},      {"48", "裕固族", "Yugur"},
             {"49", "京族", "Gin"},          {"50", "塔塔尔族", "Tatar"},
             {"51", "独龙族", "Derung"},     {"52", "鄂伦春族", "Oroqen"},
             {"53", "赫哲族", "Hezhen"},     {"54", "门巴族", "Monba"},
             {"55", "珞巴族", "Lhoba"},      {"56", "基诺族", "Jino"},
             {"97", "其他", "other"},        {"98", "外国血统中国籍人士", "foreign descent"}});
}

// Tables of our own, where no national table has the words that the rules need.
void add_own(CodeTables& tables) {
  tables["stage"] = table({{"primary", "小学", "primary"},
                           {"junior", "初中", "junior secondary"},
                           {"senior", "高中", "senior secondary"},
                           {"other", "其他", "other"}});
  tables["entry-mode"] = table({{"11", "招生入学", "regular entry"},
                                {"22", "转入", "transferred in"},
                                {"31", "补办登记", "registered late"},
                                {"32", "再次入学", "entered again"},
                                {"99", "其他", "other"}});
  tables["verification"] = table({{"verified", "已核验", "verified"},
                                  {"unverified", "待核", "unverified"},
                                  {"disputed", "存疑", "disputed"}});
  tables["identifier-problem"] =
      table({{"missing", "缺号码", "missing"},
             {"length", "位数不对", "wrong length"},
             {"character", "含非法字符", "illegal character"},
             {"check-digit", "校验码不符", "wrong check digit"},
             {"date", "出生日期不存在", "date does not exist"},
             {"region", "行政区划码不存在", "no such region"},
             {"prefix", "首字母不对", "wrong first letter"},
             {"sex-mismatch", "与性别不符", "differs from the sex"},
             {"birth-mismatch", "与出生日期不符", "differs from the birth date"},
             {"name-mismatch", "同号不同名", "one number, different names"},
             {"other-holder", "号码已属他人", "the number is another's"}});
  tables["excuse-ground"] = table({{"deferred-entry", "延缓入学", "deferred entry"},
                                   {"home-teaching", "送教上门", "taught at home"}});
  tables["absence-cause"] = table({{"sick", "病假", "sick"},
                                   {"personal", "事假", "personal leave"},
                                   {"truant", "旷课", "truant"},
                                   {"unknown", "不明", "unknown"}});
  tables["dropout-cause"] = table({{"learning", "学习困难", "learning difficulty"},
                                   {"work", "外出打工", "working away"},
                                   {"marriage", "早婚早育", "early marriage"},
                                   {"religion", "信教", "religion"},
                                   {"poverty", "贫困", "poverty"},
                                   {"illness", "疾病或残疾", "illness or disability"},
                                   {"migration", "随迁外出", "migration"},
                                   {"unknown", "不明", "unknown"}});
  tables["persuasion-method"] = table({{"visit", "家访", "home visit"},
                                       {"phone", "电话", "telephone"},
                                       {"message", "短信或微信", "message"},
                                       {"meeting", "约谈", "meeting"},
                                       {"village", "村组协助", "with the village's help"},
                                       {"order", "限期返校通知书", "written order to return"},
                                       {"other", "其他", "other"}});
  tables["persuasion-result"] = table({{"promised", "承诺返校", "promised to return"},
                                       {"returned", "已返校", "returned"},
                                       {"undecided", "未定", "undecided"},
                                       {"refused", "拒绝返校", "refused"},
                                       {"not-met", "未见到", "not met"}});
  tables["sign-off-ground"] =
      table({{"returned", "已返校", "returned"},
             {"transferred", "转学且接收学校确认", "transfer confirmed by the receiving school"},
             {"graduated", "毕业", "graduated"},
             {"deceased", "死亡", "deceased"},
             {"non-resident", "核实非本地常住", "verified as not resident"}});
  tables["case-state"] = table({{"suspected", "疑似", "suspected"},
                                {"cleared", "已排除", "cleared"},
                                {"confirmed", "已确认", "confirmed"},
                                {"persuading", "劝返中", "being persuaded"},
                                {"returned", "已返校", "returned"},
                                {"signed-off", "已销号", "signed off"}});
  tables["payment-state"] = table({{"granted", "已认定", "granted"},
                                   {"instructed", "已下达指令", "instructed"},
                                   {"paid", "已到账", "paid"},
                                   {"partly-paid", "部分到账", "partly paid"},
                                   {"failed", "发放失败", "failed"},
                                   {"reissued", "已补发", "reissued"},
                                   {"returned", "已退回", "returned"},
                                   {"partly-returned", "部分退回", "partly returned"},
                                   {"cancelled", "已取消", "cancelled"}});
  tables["payment-failure"] = table({{"account-closed", "账户已销户", "account closed"},
                                     {"name-mismatch", "户名不符", "account name differs"},
                                     {"wrong-number", "账号错误", "wrong account number"},
                                     {"frozen", "账户冻结", "account frozen"},
                                     {"other", "其他", "other"}});
  tables["training-kind"] = table({{"shadowing", "跟班学习", "shadowing"},
                                   {"county", "县培计划", "county programme"},
                                   {"provincial", "省培计划", "provincial programme"},
                                   {"national", "国培计划", "national programme"},
                                   {"school", "校本培训", "school-based"},
                                   {"self-study", "业务自学", "self-study"}});
  tables["training-state"] = table({{"enrolled", "已报名", "enrolled"},
                                    {"attending", "参训中", "attending"},
                                    {"completed", "已完成", "completed"},
                                    {"withdrawn", "已退出", "withdrawn"}});
  tables["labour"] = table({{"ordinary", "普通劳动力", "able to work"},
                            {"skilled", "技能劳动力", "skilled"},
                            {"weak", "弱劳动力或半劳动力", "partly able"},
                            {"lost", "丧失劳动力", "no longer able"},
                            {"none", "无劳动力", "not of working age or unable"}});
  tables["household-category"] =
      table({{"lifted", "脱贫户", "lifted out of poverty"},
             {"unstable", "脱贫不稳定户", "lifted, not yet stable"},
             {"marginal", "边缘易致贫户", "marginal, at risk of poverty"},
             {"sudden", "突发严重困难户", "sudden severe difficulty"},
             {"registered-poor", "建档立卡贫困户", "registered poor (to 2020)"},
             {"allowance", "低保户", "minimum living allowance"},
             {"destitute", "特困供养户", "destitute, supported"},
             {"ordinary", "一般户", "ordinary"}});
}

}  // namespace

const CodeTables& code_tables() {
  static const CodeTables tables = [] {
    CodeTables made;
    add_national(made);
    add_own(made);
    return made;
  }();
  return tables;
}

}  // namespace taizhang::education
