#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::asio {

inline Error busy(std::size_t limit) {
  return Error(ErrorCode::busy,
               {"The queue of asynchronous calls is full (" + std::to_string(limit) +
                    "). Nothing was begun; try again when some have answered.",
                "异步调用队列已满（" + std::to_string(limit) +
                    "）。本次调用未开始；待其他调用返回后重试。"})
      .with("limit", std::to_string(limit));
}

inline Error closed() {
  return Error(ErrorCode::closed, {"The workers are closed; the call was not begun.",
                                   "工作线程已关闭；本次调用未开始。"});
}

inline Error cancelled() {
  return Error(ErrorCode::cancelled,
               {"The caller called it off before it was begun; nothing was done.",
                "调用在开始之前被取消；未做任何事。"});
}

}  // namespace taizhang::asio
