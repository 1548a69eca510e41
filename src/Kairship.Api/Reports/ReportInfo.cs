using System.Text.Json;

namespace Kairship.Api.Reports;

/// <summary>What became of something that people want to look at afterwards: a lost cluster, a drill.</summary>
/// <param name="Id">Such as "loss-east-7".</param>
/// <param name="Kind">"loss" or "drill".</param>
/// <param name="IsOver">Nothing of it changes any more.</param>
/// <param name="IsMet">All was as promised; null: that is not known yet, or, when it is over, it will never be: what filed it was cancelled or broke off.</param>
/// <param name="Sentence">The whole in a line.</param>
public sealed record ReportInfo(string Id, string Kind, string Title, DateTimeOffset Begun, DateTimeOffset Updated, bool IsOver, bool? IsMet, string? Sentence);

/// <summary>A report with all that it says.</summary>
public sealed record ReportDetail(ReportInfo Report, JsonElement Document);
