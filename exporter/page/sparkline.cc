#include "exporter/page/sparkline.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "exporter/base/count_text.h"
#include "exporter/page/format.h"

namespace exporter {
namespace {

struct Box {
  int width;
  int height;  // of the line; the ticks of failures reach up from its foot
  int tick;
};
constexpr Box kSpark{96, 20, 8};
constexpr Box kChart{720, 120, 24};

struct Range {
  double least = 0;
  double most = 0;
  bool any = false;
};

Range RttRange(std::span<const ProbeRecord> records) {
  Range range;
  for (const ProbeRecord& record : records) {
    if (record.rtt_seconds <= 0) continue;
    auto rtt = static_cast<double>(record.rtt_seconds);
    range.least = range.any ? std::min(range.least, rtt) : rtt;
    range.most = std::max(range.most, rtt);
    range.any = true;
  }
  return range;
}

std::string Number(double value) {
  std::string text = std::to_string(std::lround(value * 10));
  bool whole = text.back() == '0';
  std::string digits = text.substr(0, text.size() - 1);
  if (digits.empty()) digits = "0";
  return whole ? digits : digits + "." + text.back();
}

double X(const Box& box, size_t index, size_t count) {
  if (count < 2) return box.width;
  return static_cast<double>(index) * box.width / static_cast<double>(count - 1);
}

// From a little under the top down to the foot, which is zero.
double Y(const Box& box, double rtt, double most) {
  return box.height - 1 - rtt / most * (box.height - 3);
}

// One piece of line for each run of answered probes; a gap where there is no sample.
std::string LinePath(std::span<const ProbeRecord> records, const Box& box, double most) {
  std::string path;
  bool drawing = false;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].rtt_seconds <= 0) {
      drawing = false;
      continue;
    }
    bool alone = !drawing && (i + 1 == records.size() || records[i + 1].rtt_seconds <= 0);
    path += drawing ? "L" : "M";
    path += Number(X(box, i, records.size())) + " " +
            Number(Y(box, static_cast<double>(records[i].rtt_seconds), most));
    if (alone) path += "h.1";  // a dot, by its round cap
    drawing = true;
  }
  return path;
}

std::string TickPath(std::span<const ProbeRecord> records, const Box& box) {
  std::string path;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].up) continue;
    path += "M" + Number(X(box, i, records.size())) + " " + std::to_string(box.height) + "v-" +
            std::to_string(box.tick);
  }
  return path;
}

void AddPaths(std::span<const ProbeRecord> records, const Box& box, Html* html) {
  Range range = RttRange(records);
  std::string line = range.any ? LinePath(records, box, range.most) : "";
  std::string ticks = TickPath(records, box);
  if (!line.empty()) html->Raw("<path class=\"rtt\"").Attribute("d", line).Raw("/>");
  if (!ticks.empty()) html->Raw("<path class=\"fail\"").Attribute("d", ticks).Raw("/>");
}

void BeginPicture(std::string_view css, const Box& box, std::string_view label, Html* html) {
  html->Raw("<svg").Attribute("class", css);
  html->Attribute("viewBox",
                  "-2 -1 " + std::to_string(box.width + 4) + " " + std::to_string(box.height + 2));
  html->Raw(" role=\"img\"").Attribute("aria-label", label).Raw(">");
}

}  // namespace

std::vector<ProbeRecord> RecordsOf(std::span<const ProbeRecord> records, ike::IkeVersion version,
                                   size_t most) {
  std::vector<ProbeRecord> chosen;
  for (size_t i = records.size(); i > 0 && chosen.size() < most; --i) {
    if (records[i - 1].version == version) chosen.push_back(records[i - 1]);
  }
  std::ranges::reverse(chosen);
  return chosen;
}

std::string RecordsText(std::span<const ProbeRecord> records) {
  auto failed = std::ranges::count_if(records, [](const auto& record) { return !record.up; });
  std::string text = Counted(records.size(), "probe");
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  Range range = RttRange(records);
  if (!range.any) return text;
  return text + ", " + RttText(range.least) + " to " + RttText(range.most);
}

void AddSparkline(std::span<const ProbeRecord> records, Html* html) {
  if (records.empty()) return;
  BeginPicture("spark", kSpark, "the last " + RecordsText(records), html);
  AddPaths(records, kSpark, html);
  html->Raw("</svg>");
}

void AddRttChart(std::span<const ProbeRecord> records, double now, Html* html) {
  if (records.empty()) return;
  Range range = RttRange(records);
  html->Raw("<figure class=\"chart\">");
  BeginPicture("plot", kChart, "RTT of the last " + RecordsText(records), html);
  html->Raw("<path class=\"grid\" d=\"M0 2H720M0 60.5H720M0 119H720\"/>");
  AddPaths(records, kChart, html);
  html->Raw("</svg><figcaption><span>").Text(AgoText(records.front().at, now)).Raw("</span><span>");
  html->Text(range.any ? "scale 0 to " + RttText(range.most) : "no answer timed").Raw("</span>");
  html->Raw("<span>").Text(AgoText(records.back().at, now)).Raw("</span></figcaption></figure>");
}

}  // namespace exporter
