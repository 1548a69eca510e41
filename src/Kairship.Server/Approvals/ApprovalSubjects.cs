using Kairship.Delivery.Releases;
using Kairship.Server.Reports;

namespace Kairship.Server.Approvals;

/// <summary>What approvals are asked for: a release, or a drill on the real clusters.</summary>
internal sealed class ApprovalSubjects(IDeliveryStore delivery, ReportBook reports)
{
    /// <param name="id">Of the release, or of the drill's report.</param>
    /// <returns>How it ended, as a sentence; null: it goes on, and an answer counts.</returns>
    public async Task<string?> EndAsync(string id, CancellationToken cancellationToken)
    {
        if (await delivery.GetReleaseAsync(id, cancellationToken) is { } release)
        {
            return release.IsOver ? $"Release {id} is over: {release.Status}." : null;
        }

        return (await reports.GetAsync(id, cancellationToken)).Value is { Report: { IsOver: true } report } ? $"{report.Title} is over: {report.Sentence}" : null;
    }
}
