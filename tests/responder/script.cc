#include "tests/responder/script.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/responder/mischief.h"
#include "tests/responder/script_table.h"

namespace responder {
namespace {

struct NotifyWord {
  std::string_view name;
  NotifyV2 type;
};

constexpr NotifyWord kNotifyWords[] = {
    {"fragmentation", NotifyV2::kFragmentation},
    {"signature_hash", NotifyV2::kSignatureHash},
    {"childless", NotifyV2::kChildless},
    {"multiple_auth", NotifyV2::kMultipleAuth},
    {"ppk", NotifyV2::kUsePpk},
    {"intermediate", NotifyV2::kIntermediate},
};

// What strongSwan sends when it was asked, and what it sends always.
constexpr NotifyV2 kDefaultEchoed[] = {NotifyV2::kFragmentation, NotifyV2::kSignatureHash};
constexpr NotifyV2 kDefaultUnasked[] = {NotifyV2::kChildless, NotifyV2::kMultipleAuth};

// libreswan's habits where they differ from strongSwan's, which are the defaults.
void SetDialect(ScriptTable& table, Posture& posture) {
  bool libreswan = false;
  table.ReadWord("dialect", libreswan, {{"strongswan", false}, {"libreswan", true}});
  if (!libreswan) {
    posture.v1.rules.any_authentication = true;
    posture.v2.rules.unknown_attributes_ok = true;
    for (NotifyV2 type : kDefaultEchoed) {
      posture.v2.echoed_notifies.push_back(static_cast<uint16_t>(type));
    }
    for (NotifyV2 type : kDefaultUnasked) {
      posture.v2.unasked_notifies.push_back(static_cast<uint16_t>(type));
    }
    return;
  }
  PostureV1& v1 = posture.v1;
  v1.rules.peer_order = true;
  v1.spi_in_refusals = false;
  v1.checks_doi = true;
  v1.hash_before_vendor_ids = true;
  v1.silent_on_other_methods = true;
  v1.padded = true;
  v1.bad_key_notify = NotifyV1::kInvalidKey;
  PostureV2& v2 = posture.v2;
  v2.rules.prf_first = true;
  v2.responder_spi_in_errors = true;
  v2.strict_syntax = true;
  v2.ke_check = KeCheck::kLength;
  v2.nat_detection_unasked = true;
  v2.echo_first = true;
  v2.leading_notifies = {static_cast<uint16_t>(NotifyV2::kFragmentation)};
  v2.echoed_notifies = {static_cast<uint16_t>(NotifyV2::kUsePpk)};
  v2.unasked_notifies = {static_cast<uint16_t>(NotifyV2::kChildless)};
}

// "silent", "refuse", or a list of proposals.
template <typename Rules, typename Parse>
Mode ReadProposals(ScriptTable& table, std::string_view key, Rules& rules, Parse parse) {
  const toml::node* node = table.Node(key);
  if (node == nullptr) return Mode::kSilent;
  if (node->is_string()) {
    Mode mode = Mode::kSilent;
    table.ReadWord(key, mode, {{"silent", Mode::kSilent}, {"refuse", Mode::kRefuse}});
    return mode;
  }
  std::vector<std::string> texts;
  table.Read(key, texts);
  for (const std::string& text : texts) {
    auto proposal = parse(text);
    if (proposal) {
      rules.push_back(std::move(*proposal));
    } else {
      table.Fail(key, "has " + proposal.error());
    }
  }
  return Mode::kAnswer;
}

void ReadNotifies(ScriptTable& table, std::string_view key, std::vector<uint16_t>& out) {
  std::vector<std::string> words;
  table.Read(key, words);
  if (!table.Has(key)) return;
  out.clear();
  for (const std::string& word : words) {
    auto known = std::ranges::find(kNotifyWords, word, &NotifyWord::name);
    auto number = ParseAuthentication(word);  // any plain number
    if (known == std::end(kNotifyWords) && !number) {
      table.Fail(key, "does not know \"" + word + "\"");
      continue;
    }
    out.push_back(known != std::end(kNotifyWords) ? static_cast<uint16_t>(known->type) : *number);
  }
  if (out.size() > 32) table.Fail(key, "holds more than 32 notifies");
}

void ReadErrorNotify(ScriptTable& table, std::string_view key, std::optional<uint16_t>& out) {
  if (!table.Has(key)) return;
  uint32_t number = 0;
  table.Read(key, number);
  out = static_cast<uint16_t>(number);
}

void ReadV2(ScriptTable& table, PostureV2& v2) {
  v2.mode = ReadProposals(table, "ikev2", v2.rules.proposals, ParseProposalV2);
  table.Read("rfc9370", v2.rules.rfc9370);
  table.ReadWord("unknown_transform_types", v2.rules.unknown_types,
                 {{"fail", UnknownTypes::kFailProposal}, {"ignore", UnknownTypes::kIgnore}});
  table.Read("strict_aead", v2.rules.strict_aead);
  table.Read("peer_proposal_order", v2.rules.peer_proposal_order);
  table.Read("peer_transform_order", v2.rules.peer_transform_order);
  table.Read("unknown_attributes_ok", v2.rules.unknown_attributes_ok);
  table.ReadWord(
      "cookies", v2.cookie,
      {{"never", CookieUse::kNever}, {"always", CookieUse::kAlways}, {"load", CookieUse::kLoad}});
  table.ReadWord(
      "ke_check", v2.ke_check,
      {{"none", KeCheck::kNone}, {"length", KeCheck::kLength}, {"full", KeCheck::kFull}});
  table.Read("prefer_sent_group", v2.prefer_sent_group);
  table.Read("nat_detection", v2.nat_detection);
  if (v2.rules.rfc9370)
    v2.echoed_notifies.push_back(static_cast<uint16_t>(NotifyV2::kIntermediate));
  ReadNotifies(table, "notifies", v2.echoed_notifies);
  ReadNotifies(table, "unasked_notifies", v2.unasked_notifies);
  table.ReadHex("vendor_ids", v2.vendor_ids);
  ReadErrorNotify(table, "error_notify", v2.error_notify);
  table.ReadWord("trap", v2.trap,
                 {{"changing-cookies", Trap::kChangingCookies},
                  {"invalid-ke-loop", Trap::kInvalidKeLoop},
                  {"invalid-ke-unoffered", Trap::kInvalidKeUnoffered},
                  {"cookie-too-long", Trap::kCookieTooLong},
                  {"cookie-empty", Trap::kCookieEmpty}});
}

void ReadV1(ScriptTable& table, PostureV1& v1) {
  v1.mode = ReadProposals(table, "ikev1", v1.rules.proposals, ParseProposalV1);
  std::vector<std::string> words = {"psk"};
  table.Read("ikev1_auth", words);
  // Naming methods means that these are checked.
  if (table.Has("ikev1_auth")) v1.rules.any_authentication = false;
  for (const std::string& word : words) {
    auto method = ParseAuthentication(word);
    if (!method) table.Fail("ikev1_auth", "does not know \"" + word + "\"");
    v1.rules.authentications.push_back(method.value_or(0));
  }
  table.Read("ikev1_any_auth", v1.rules.any_authentication);
  table.Read("ikev1_peer_order", v1.rules.peer_order);
  table.ReadWord("ikev1_life_check", v1.rules.life_check,
                 {{"obey", LifeCheck::kObey},
                  {"claim", LifeCheck::kClaim},
                  {"strict", LifeCheck::kStrict},
                  {"exact", LifeCheck::kExact}});
  table.Read("ikev1_life", v1.rules.life_seconds);
  table.Read("ikev1_key_length_optional", v1.rules.missing_key_length_ok);
  table.Read("ikev1_main", v1.main);
  table.Read("aggressive", v1.aggressive);
  table.Read("psk", v1.psk);
  table.Read("identity", v1.identity);
  table.Read("peer_identities", v1.peer_identities);
  table.ReadHex("ikev1_vendor_ids", v1.vendor_ids);
  table.ReadHex("ikev1_echoed_vendor_ids", v1.echoed_vendor_ids);
  ReadErrorNotify(table, "ikev1_error_notify", v1.error_notify);
  table.ReadDurations("ikev1_retransmit", v1.retransmit);
}

void ReadRefusal(ScriptTable& table, Posture& posture) {
  bool silent = false;
  table.ReadWord("refusal", silent, {{"aloud", false}, {"silent", true}});
  posture.v1.silent_refusals = posture.v2.silent_refusals = silent;
  table.Read("silent_invalid_ke", posture.v2.silent_invalid_ke);
}

void ReadLink(ScriptTable& table, LinkPosture& link) {
  table.ReadDuration("delay", link.delay);
  table.ReadDuration("jitter", link.jitter);
  table.Read("loss", link.loss);
  table.Read("answer_loss", link.reply_loss);
  table.Read("duplicate", link.duplicate);
  table.Read("copies", link.copies);
  table.Read("reorder", link.reorder);
  table.ReadDuration("reorder_delay", link.reorder_delay);
  table.ReadDuration("up", link.up);
  table.ReadDuration("down", link.down);
}

void ReadHalfOpen(ScriptTable& table, HalfOpenLimits& limits) {
  table.Read("cookie_after", limits.cookie_after);
  table.Read("block_after", limits.block_after);
  table.Read("cookie_total", limits.cookie_total);
  table.ReadDuration("half_open_lifetime", limits.lifetime);
}

void ReadTransports(ScriptTable& table, uint8_t& mask) {
  constexpr std::pair<std::string_view, Transport> kWords[] = {{"udp", Transport::kUdp},
                                                               {"udp-encap", Transport::kUdpEncap},
                                                               {"tcp", Transport::kTcp},
                                                               {"tcp-raw", Transport::kTcpRaw}};
  std::vector<std::string> words;
  table.Read("transports", words);
  if (!table.Has("transports")) return;
  mask = 0;
  for (const std::string& word : words) {
    auto known = std::ranges::find(kWords, word, &std::pair<std::string_view, Transport>::first);
    if (known == std::end(kWords)) {
      table.Fail("transports", "does not know \"" + word + "\"");
      continue;
    }
    mask |= static_cast<uint8_t>(known->second);
  }
}

void ReadState(ScriptTable& table, Posture& posture) {
  enum class State { kUp, kDown, kAbsent, kProhibited, kUnreachable } state = State::kUp;
  table.ReadWord("state", state,
                 {{"up", State::kUp},
                  {"down", State::kDown},
                  {"absent", State::kAbsent},
                  {"prohibited", State::kProhibited},
                  {"host-unreachable", State::kUnreachable}});
  posture.present = state != State::kAbsent;
  posture.down = state == State::kDown;
  // RFC 1812 section 5.2.7.1: host unreachable, port unreachable, administratively prohibited.
  if (state == State::kUnreachable) posture.icmp_code = 1;
  if (state == State::kAbsent) posture.icmp_code = 3;
  if (state == State::kProhibited) posture.icmp_code = 13;
  table.Read("nat_local", posture.nat_local);
  table.Read("nat_remote", posture.nat_remote);
  ReadTransports(table, posture.transports);
}

void ReadHostility(ScriptTable& table, Posture& posture) {
  table.Read("mischief", posture.mischief);
  if (posture.mischief == std::vector<std::string>{"all"}) {
    auto kinds = MischiefKinds();
    posture.mischief.assign(kinds.begin(), kinds.end());
  }
  for (const std::string& kind : posture.mischief) {
    if (!IsMischief(kind)) table.Fail("mischief", "does not know \"" + kind + "\"");
  }
  table.Read("mischief_probability", posture.mischief_probability);
  table.Read("answer_after_mischief", posture.answer_after_mischief);
  table.ReadWord("tcp_habit", posture.tcp,
                 {{"normal", TcpHabit::kNormal},
                  {"dribble", TcpHabit::kDribble},
                  {"leave", TcpHabit::kLeave},
                  {"hang", TcpHabit::kHang},
                  {"unfinished", TcpHabit::kUnfinished},
                  {"reset", TcpHabit::kReset},
                  {"split", TcpHabit::kSplit},
                  {"bad-length", TcpHabit::kBadLength}});
  table.ReadDuration("tcp_pause", posture.tcp_pause);
}

void ReadAddresses(ScriptTable& table, std::vector<AddressRange>& ranges) {
  std::vector<std::string> texts;
  table.Read("addresses", texts);
  if (texts.empty()) table.Fail("addresses", "is missing or empty");
  for (const std::string& text : texts) {
    auto range = ParseRange(text);
    if (range) {
      ranges.push_back(*range);
    } else {
      table.Fail("addresses",
                 "has \"" + text + "\", which is no address, range or block of 8 to 32 bits");
    }
  }
}

ScriptedGateway ReadGateway(ScriptTable& table) {
  ScriptedGateway gateway;
  table.Read("name", gateway.posture.name);
  if (gateway.posture.name.empty()) table.Fail("name", "is missing");
  ReadAddresses(table, gateway.ranges);
  SetDialect(table, gateway.posture);
  ReadV2(table, gateway.posture.v2);
  ReadV1(table, gateway.posture.v1);
  ReadRefusal(table, gateway.posture);
  ReadLink(table, gateway.posture.link);
  ReadHalfOpen(table, gateway.posture.half_open);
  ReadState(table, gateway.posture);
  ReadHostility(table, gateway.posture);
  table.FailAtLeftovers();
  return gateway;
}

void ReadListen(ScriptTable& table, Listen& listen) {
  table.ReadWord(
      "bind", listen.binding,
      {{"auto", Binding::kAuto}, {"each", Binding::kEach}, {"wildcard", Binding::kWildcard}});
  table.ReadNumbers("udp", listen.udp);
  table.ReadNumbers("udp_encap", listen.udp_encap);
  table.ReadNumbers("tcp", listen.tcp);
  table.ReadNumbers("tcp_raw", listen.tcp_raw);
  table.FailAtLeftovers();
}

void ReadGateways(const toml::node* node, const std::string& file, Script& script,
                  std::vector<std::string>& errors) {
  const toml::array* gateways = node == nullptr ? nullptr : node->as_array();
  if (gateways == nullptr || !gateways->is_array_of_tables()) {
    errors.push_back(file + ": there is no [[gateway]]");
    return;
  }
  for (const toml::node& one : *gateways) {
    ScriptTable table(*one.as_table(), file, errors);
    script.gateways.push_back(ReadGateway(table));
  }
}

Script ReadScript(const toml::table& root, const std::string& file,
                  std::vector<std::string>& errors) {
  Script script;
  ScriptTable table(root, file, errors);
  uint32_t seed = 1;
  table.Read("seed", seed);
  script.seed = seed;
  const toml::node* listen = table.Node("listen");
  if (listen != nullptr && listen->is_table()) {
    ScriptTable listen_table(*listen->as_table(), file, errors);
    ReadListen(listen_table, script.listen);
  }
  ReadGateways(table.Node("gateway"), file, script, errors);
  table.FailAtLeftovers();
  return script;
}

}  // namespace

tl::expected<Script, std::string> ParseScript(const std::string& text, const std::string& name) {
  try {
    std::vector<std::string> errors;
    Script script = ReadScript(toml::parse(text), name, errors);
    if (errors.empty()) return script;
    std::string all;
    for (const std::string& error : errors) all += (all.empty() ? "" : "\n") + error;
    return tl::make_unexpected(all);
  } catch (const toml::parse_error& error) {
    return tl::make_unexpected(name + ":" + std::to_string(error.source().begin.line) + ": " +
                               std::string(error.description()));
  }
}

tl::expected<Script, std::string> LoadScript(const std::string& path) {
  std::ifstream file(path);
  if (!file) return tl::make_unexpected("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return ParseScript(text.str(), path);
}

}  // namespace responder
