#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "tool/http.hpp"

namespace taizhang::tool {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds answer_timeout{30};
constexpr std::size_t answer_bytes_max = 262'144;

struct Url {
  std::string host;
  std::string port = "80";
  std::string path;
};

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto slash = text.find('/');
  std::string_view place = text.substr(0, slash);
  Url url;
  url.path = slash == text.npos ? "/" : std::string(text.substr(slash));
  const auto bracket = place.find(']');
  const auto colon = place.find(':', bracket == place.npos ? 0 : bracket);
  url.host = place.substr(0, colon);
  if (colon != place.npos) url.port = place.substr(colon + 1);
  const bool blank = text.find_first_of(" \r\n\t") != text.npos;
  if (url.host.empty() || url.port.empty() || blank ||
      url.port.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return url;
}

/// One exchange: each step begins the next; the first error ends it.
class Exchange {
 public:
  Exchange(Url url, const std::string& body) : url_(std::move(url)) {
    request_.version(11);
    request_.method(http::verb::post);
    request_.target(url_.path);
    request_.set(http::field::host, url_.port == "80" ? url_.host : url_.host + ":" + url_.port);
    request_.set(http::field::content_type, "text/plain; charset=utf-8");
    request_.set(http::field::connection, "close");
    request_.body() = body;
    request_.prepare_payload();
    parser_.body_limit(answer_bytes_max);
  }

  beast::error_code run() {
    std::string host = url_.host;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    resolver_.async_resolve(host, url_.port, [this](beast::error_code error, const auto& places) {
      if (next(error)) connect(places);
    });
    context_.run();
    return error_;
  }
  [[nodiscard]] HttpAnswer answer() const {
    const auto& message = parser_.get();
    return {static_cast<int>(message.result_int()), std::string(message[http::field::content_type]),
            message.body()};
  }

 private:
  bool next(beast::error_code error) {
    if (!error) stream_.expires_after(answer_timeout);
    error_ = error;
    return !error;
  }
  void connect(const tcp::resolver::results_type& places) {
    stream_.async_connect(places, [this](beast::error_code error, const tcp::endpoint&) {
      if (next(error)) write();
    });
  }
  void write() {
    http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
      if (next(error)) read();
    });
  }
  void read() {
    http::async_read(stream_, buffer_, parser_, [this](beast::error_code error, std::size_t) {
      error_ = error;
      beast::error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  Url url_;
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  beast::tcp_stream stream_{context_};
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::error_code error_;
};

}  // namespace

Result<HttpAnswer> post_http(const std::string& url, const std::string& body) {
  const auto place = parse_url(url);
  if (!place)
    return Error(ErrorCode::invalid_argument,
                 {"\"" + url + "\" is no address of the form http://HOST:PORT/PATH.",
                  "“" + url + "”不是 http://主机:端口/路径 形式的地址。"});
  Exchange exchange(*place, body);
  if (const auto error = exchange.run(); error)
    return Error(ErrorCode::io_error,
                 {"No answer from " + url + ": " + error.message() + ". Try again.",
                  url + " 没有应答:" + error.message() + "。请重试。"})
        .with("url", url);
  return exchange.answer();
}

}  // namespace taizhang::tool
