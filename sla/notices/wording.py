"""The sentences of notices and amendments that say nothing of single days, as the State Council has worded them since 2005.

What is none of these is not skipped: a sentence may be about days in words that nobody has foreseen. All are written as `paper.folded` leaves a text.
"""

import re

from sla.notices.heading import NUMBER_PARTS
from sla.notices.holidays import NAME, NAMES
from sla.notices.numerals import FULL_DATE, NUMBER, PLACE, YEAR

# Words in which something could be said of days; a stretch of free words must be without them.
DAY_WORDS = (
    f"[0-9]|(?:{NUMBER}|[两几]|整)个?[日天号]|星期|周[一二三四五六日天末]|节日|假|休|班|"
    "工作日|照常|正常|延长|缩短|提前|推迟|顺延|改为|取消|调整|补足|办公|开放"
)
FREE = rf"(?:(?!{DAY_WORDS})[一-鿿、,\"<>])"
_MORE_DUTIES = rf"(?:、(?:(?!{DAY_WORDS})[一-鿿]){{2,8}}){{0,6}}"

TITLE = re.compile(rf"(?:标题:)?国务院办公厅关于(?P<year>{YEAR})年部分节假日安排的通知(?:,全文如下:)?")
ADJUSTING = re.compile(
    rf"(?:标题:)?国务院(?:办公厅)?关于调整(?P<year>{YEAR})年(?P<names>{NAMES})(?:假期|放假)安排的通知(?:,全文如下:)?"
)
PROLONGING = re.compile(
    rf"(?:标题:)?国务院(?:办公厅)?关于延长(?P<year>{YEAR})年(?P<names>{NAME})假期的通知(?:,全文如下:)?"
)
OCCASION = re.compile(r"(?:标题:)?国务院(?:办公厅)?关于(?P<occasion>[一-鿿0-9]{2,40}?)调休放假的通知(?:,全文如下:)?")
NUMBERED = re.compile(f"(?:发文字号:)?{NUMBER_PARTS}")
AGENCY_REPORT = re.compile(rf"新华社(?:北京)?(?P<month>{NUMBER})月(?P<day>{NUMBER})日电")
INDEX = re.compile(
    r"索引号:[0-9]{4,12}/[0-9]{4}-[0-9]{3,8}|(?:主题分类:[一-鿿]{2,12}[\\/、][一-鿿]{2,12}?(?=发文机关))|主题词:"
)
ISSUER = re.compile("发文机关:国务院(?:办公厅)?")
WRITTEN_ON = re.compile(f"成文日期:(?P<date>{FULL_DATE})")
PUBLISHED_ON = re.compile(f"发布日期:(?P<date>{FULL_DATE})")
ADDRESSEES = re.compile("各省、自治区、直辖市人民政府,国务院各部委、各直属机构:")

STATUTE_CHANGED = re.compile(
    f"经党中央、国务院批准,根据{YEAR}年{NUMBER}月修订的<全国年节及纪念日放假办法>,自{YEAR}年1月1日起,"
    "全体公民放假的假日增加2天,其中春节、劳动节各增加1天。"
)
PRINCIPLES = re.compile(
    "据此对放假调休原则作进一步优化完善,除个别特殊情形外,春节自农历除夕起放假调休8天,国庆节自10月1日起放假调休7天,"
    r"劳动节放假调休5天,元旦、清明节、端午节、中秋节分[别別]放假调休或连休3天\(如逢周三则只在当日放假\),"
    "国庆节放假如逢中秋节则合并放假8天。"
)
ARRANGED = re.compile(
    '(?:根据(?:国务院)?<(?:国务院)?关于修改[<"]全国年节及纪念日放假办法[>"]的决定>,)?'
    "(?:为便于各地区、各部门及早合理安排节假日旅游、交通运输、生产经营等有关工作,)?"
    "(?:经(?:党中央、)?国务院批准,|按照上述原则,)(?:现将)?"
    f"(?P<year>{YEAR})年,?(?P<names>{NAMES})放假调休日期的?具体安排(?:通知)?如下[:。]"
)
DUTIES = re.compile(
    f"(?:节假日|{NAME}|调休放假)期间,(?:各地区、各部门)?要妥善安排好值班和安全(?:保卫)?{_MORE_DUTIES}等工作,"
    "遇有重大突发事件(?:发生)?,要按规定及时报告并妥善处[置理],"
    "确保(?:人民群众(?:祥和平安度过|度过欢乐祥和的)节日假期|有关纪念活动顺利进行)[;。]"
)
NO_WASTE = re.compile("(?:不得铺张浪费,)?(?:任何单位和个人)?不得借机组织公款旅游活动。")
ENCOURAGED = re.compile(f"鼓励(?:带薪年?休假|较长假期|{FREE}){{4,100}}。")
OPEN_TO_ALL = re.compile(r"\(此件公开发布\)")
SIGNATURE = re.compile("国务院(?:办公厅)?(?!关于|各)(?=$|[(0-9〇一二])")
LAST_DATE = re.compile(rf"(?P<date>{FULL_DATE})(?=$|\(此件公开发布\)$)")
ITEM = re.compile(rf"(?P<place>{PLACE})、(?P<name>[^:;。]{{1,30}}):")

CHANGED = re.compile(
    rf"经(?:党中央、)?国务院批准,(?:为{FREE}{{4,120}},)?现将(?:调整|延长)(?P<year>{YEAR})年(?P<names>{NAMES})"
    "(?:放假|假期)(?:安排|的具体安排)通知如下[:。]"
)
PLACED = re.compile(f"(?P<place>{PLACE})、")
DATE_AHEAD = re.compile(f"(?=(?:(?:{YEAR}年)?{NUMBER}月)?{NUMBER}日)")
PROLONGED = re.compile(rf"延长(?P<year>{YEAR})年(?P<names>{NAME})假期至")
COMMA = re.compile(",")
THEN_BACK = re.compile("起(?:正常)?上班。")
CARRIED_OUT = re.compile(
    rf"各地区、各部门要抓紧做好本地区、本领域的{NAME}假期调整落实工作,采取有效措施,保障交通运力,加强旅游服务,"
    "丰富产品供给,强化综合调控,确保平稳运行。"
)
SCHOOLS = re.compile("各地大专院校、中小学、幼儿园推迟开学,具体时间由教育部门另行通知。")
STAND_INS = re.compile(
    f"因{FREE}{{2,30}}不能休假的职工,应根据<中华人民共和国劳动法>规定安排补休,未休假期的工资报酬应按照有关政策保障落实。"
)
ANNIVERSARY = re.compile(rf"(?P<year>{YEAR})年是[一-鿿0-9]{{2,40}}周年。")
WHOLE_COUNTRY = re.compile(rf"为{FREE}{{4,120}},(?=(?:{YEAR}年)?{NUMBER}月{NUMBER}日)")
COUNTRY_OFF = re.compile(rf"(?:全国)?放假(?P<days>{NUMBER})天。")
AS_FOLLOWS = re.compile(f"为{FREE}{{4,60}}(?:假日|假期)期间{FREE}{{2,20}},特作如下调休:")
