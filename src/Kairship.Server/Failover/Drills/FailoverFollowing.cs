using System.Text.Json;
using Kairship.Api.Reports;
using Kairship.Delivery.Failover;

namespace Kairship.Server.Failover.Drills;

/// <summary>What a drill reads from the report of a failover that goes on.</summary>
internal static class FailoverFollowing
{
    public static bool IsOf(ReportInfo report, string cluster) => report.Id.StartsWith($"loss-{cluster}-", StringComparison.Ordinal) && report.Id.AsSpan($"loss-{cluster}-".Length).IndexOf('-') < 0;

    /// <summary>Somebody goes, or goes later by himself; all others wait for people, for room or for the brake.</summary>
    public static bool IsUnderWay(ReportDetail report) =>
        report.Document.GetProperty("applications").EnumerateArray().Any(a => !a.TryGetProperty("healthy", out var healthy) || healthy.ValueKind == JsonValueKind.Null)
        || Stays(report).Contains(nameof(FailoverVerdict.Tolerate));

    /// <summary>Somebody goes as soon as a person confirms, lets the brake go, or ends what holds it.</summary>
    public static bool WaitsForPeople(ReportDetail report) => Stays(report).Any(v => v is nameof(FailoverVerdict.Fence) or nameof(FailoverVerdict.Wait));

    /// <summary>Why applications stay, in words of <see cref="FailoverVerdict"/>.</summary>
    public static IEnumerable<string?> Stays(ReportDetail report) => report.Document.GetProperty("notMoved").EnumerateArray().Select(n => n.GetProperty("verdict").GetString());
}
