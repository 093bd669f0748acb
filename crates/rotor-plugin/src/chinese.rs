//! What is wrong with a call, in Chinese. What a factor or the system says itself stands in it as it came.

use crate::error::{last_line, seconds};
use crate::{AnswerFault, Breach, CallError};

/// Returns the sentence; `None` where the factor gave a text in another language alone.
pub(crate) fn of_call(error: &CallError) -> Option<String> {
    Some(match error {
        CallError::Refused { message_zh, .. } => return message_zh.clone(),
        CallError::Panicked { message, place } => {
            let place = place.as_ref().map_or(String::new(), |place| format!("（位置：{place}）"));
            format!("因子程序崩溃（panic）：{message}{place}")
        }
        CallError::Broke(breach) => format!("因子输出不符合接口约定：{}", of_breach(breach)),
        CallError::UnknownStatus { status } => format!("因子返回了不存在的状态码{status}"),
        CallError::Died { how, said } => {
            let said = last_line(said).map_or(String::new(), |line| format!("；其最后输出：{line}"));
            format!("因子进程已终止：{how}{said}")
        }
        CallError::TimedOut { limit } => format!("因子运行超过{}", seconds(*limit)),
        CallError::NotStarted { reason } => format!("因子进程无法启动：{reason}"),
        CallError::FalseAnswer(fault) => format!("{}；本次运行不再调用", of_answer(*fault)),
        CallError::GivenUp { n_failures, last } => {
            let last = of_call(last).unwrap_or_else(|| last.to_string());
            format!("因子连续失败{n_failures}次，不再调用；最近一次：{last}")
        }
    })
}

fn of_answer(fault: AnswerFault) -> String {
    match fault {
        AnswerFault::Forged => "收到的回答缺少该请求的令牌，由因子进程中的其他代码写出".into(),
        AnswerFault::Earlier { answered, asked } => {
            format!("因子进程对第{asked}个请求给出的是第{answered}个请求的回答")
        }
        AnswerFault::Second { asked } => format!("因子进程对第{asked}个请求的回答之外还有多余内容"),
        AnswerFault::Senseless => "因子进程的回答无法解读".into(),
        AnswerFault::OtherSpec => "因子进程重启后，因子说明与此前不同".into(),
    }
}

fn of_breach(breach: &Breach) -> String {
    match breach {
        Breach::NoScores => "未给出得分".into(),
        Breach::ScoresTwice => "重复给出得分".into(),
        Breach::Length { what, given, expected } => {
            format!("数目不符（{what}）：{given}个，应为{expected}个")
        }
        Breach::NotFinite { what, value } => format!("数值不是有限数（{what}）：{value}"),
        Breach::OutOfRange { sector, score, range } => {
            format!("`{sector}`的得分{score}超出范围（{range}）")
        }
        Breach::NoPoint { sector, score } => {
            format!("`{sector}`的得分为{score}：`points`型因子只能给出1、2、3或不给出")
        }
        Breach::NoReason { sector } => format!("`{sector}`既无有效得分，也未说明原因"),
        Breach::Unknown { what } => format!("引用的对象不存在（{what}）"),
        Breach::TooMuch { what, given, limit } => format!("输出过多（{what}）：{given}，上限为{limit}"),
        Breach::TooMuchInRun { what, given, limit } => {
            format!("本次运行输出过多（{what}）：{given}，上限为{limit}；本次运行不再调用")
        }
        Breach::BadText { what } => format!("文本不合规（{what}）"),
        Breach::OutsideCall => "因子在调用结束后或从其他线程输出结果，无法判断其输出属于哪一天".into(),
        Breach::FloatingPoint => "因子改变了所在线程的浮点运算设置，已恢复".into(),
        Breach::WroteInputs => "因子改写了输入数据".into(),
        Breach::BadSpec { reason } => format!("因子说明无法使用（{reason}）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_sentence_and_keeps_what_others_say() {
        let panicked = CallError::Panicked { message: "no".into(), place: Some("lib.rs:1:2".into()) };
        assert_eq!(of_call(&panicked).unwrap(), "因子程序崩溃（panic）：no（位置：lib.rs:1:2）");
        let last = Box::new(CallError::Died { how: "signal 6".into(), said: "a\npanicked at b\nc\n".into() });
        let given_up = CallError::GivenUp { n_failures: 3, last };
        assert_eq!(
            of_call(&given_up).unwrap(),
            "因子连续失败3次，不再调用；最近一次：因子进程已终止：signal 6；其最后输出：panicked at b"
        );
        let broke = CallError::Broke(Breach::NoReason { sector: "801010".into() });
        assert_eq!(of_call(&broke).unwrap(), "因子输出不符合接口约定：`801010`既无有效得分，也未说明原因");
        let refused =
            |message_zh| CallError::Refused { message: "no".into(), hint: None, code: None, message_zh };
        assert_eq!(of_call(&refused(None)), None);
        assert_eq!(of_call(&refused(Some("否".into()))).as_deref(), Some("否"));
    }
}
