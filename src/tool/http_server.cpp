#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>

#include "tool/http.hpp"

namespace taizhang::tool {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds request_timeout{30};
constexpr std::size_t connections_max = 256;
constexpr std::uint32_t header_bytes_max = 8192;

struct Service {
  std::size_t body_bytes_max;
  std::function<HttpAnswer(const HttpRequest&)> answer;
  std::size_t connections = 0;
};

/// One connection; lives as long as something waits for it. All on one thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Service& service) : stream_(std::move(socket)), service_(service) {
    ++service_.connections;
  }
  ~Connection() { --service_.connections; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(service_.body_bytes_max);
    stream_.expires_after(request_timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       self->was_read(error);
                     });
  }

 private:
  void was_read(beast::error_code error) {
    if (error == http::error::body_limit || error == http::error::header_limit)
      return write({413, "text/plain; charset=utf-8", "Too large.\n"}, false);
    if (error) return;  // gone, too slow, or no HTTP
    const auto& message = parser_->get();
    const HttpRequest request{std::string(message.method_string()), std::string(message.target()),
                              message.body()};
    write(service_.answer(request), message.keep_alive());
  }

  void write(HttpAnswer answer, bool keep) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.body() = std::move(answer.body);
    response_.keep_alive(keep);
    response_.prepare_payload();
    stream_.expires_after(request_timeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep](beast::error_code error, std::size_t) {
                        if (!error && keep) return self->read();
                        if (!error) self->end();
                      });
  }

  /// Closing while the other side still sends would destroy the answer on its way: what comes is
  /// thrown away, for a while.
  void end() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(5));
    discard();
  }
  void discard() {
    stream_.async_read_some(asio::buffer(discarded_),
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->discard();
                            });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::array<char, 4096> discarded_{};
  Service& service_;
};

class Listener {
 public:
  Listener(asio::io_context& context, Service& service) : acceptor_(context), service_(service) {}

  beast::error_code listen(const tcp::endpoint& at) {
    beast::error_code error;
    acceptor_.open(at.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(at, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }
  [[nodiscard]] std::string address() const {
    beast::error_code ignored;
    const tcp::endpoint at = acceptor_.local_endpoint(ignored);
    const std::string host = at.address().to_string();
    return (at.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(at.port());
  }
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      // One too many is closed at once: its socket goes.
      if (!error && service_.connections < connections_max)
        std::make_shared<Connection>(std::move(socket), service_)->read();
      accept();
    });
  }

 private:
  tcp::acceptor acceptor_;
  Service& service_;
};

std::optional<tcp::endpoint> endpoint_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [stop, bad] = std::from_chars(listen.data() + colon + 1, end, port);
  beast::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || bad != std::errc() || stop != end) return std::nullopt;
  return tcp::endpoint(address, port);
}

}  // namespace

Result<> serve_http(const std::string& listen, std::size_t body_bytes_max,
                    const std::function<HttpAnswer(const HttpRequest&)>& answer,
                    const std::function<void(const std::string& address)>& ready) {
  const auto at = endpoint_of(listen);
  if (!at)
    return Error(ErrorCode::invalid_argument,
                 {"\"" + listen + "\" is no address to listen at, such as 127.0.0.1:8080.",
                  "“" + listen + "”不是监听地址,例如 127.0.0.1:8080。"});
  asio::io_context context(1);
  Service service{body_bytes_max, answer};
  Listener listener(context, service);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](beast::error_code, int) { context.stop(); });
  if (const auto error = listener.listen(*at); error)
    return Error(ErrorCode::io_error, {"Cannot listen at " + listen + ": " + error.message() + ".",
                                       "无法监听 " + listen + ":" + error.message() + "。"});
  listener.accept();
  ready(listener.address());
  context.run();
  return {};
}

}  // namespace taizhang::tool
