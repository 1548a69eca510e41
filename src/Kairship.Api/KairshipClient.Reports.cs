using Kairship.Api.Reports;

namespace Kairship.Api;

/// <summary>Reports of lost clusters and of drills.</summary>
public sealed partial class KairshipClient
{
    /// <summary>Newest first; null kind: all.</summary>
    public Task<PageOf<ReportInfo>> ListReportsAsync(string? kind = null, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ReportInfo>>(Query("reports", ("kind", kind), ("skip", skip), ("take", take)), cancellationToken);

    public Task<ReportDetail> GetReportAsync(string id, CancellationToken cancellationToken = default) => GetAsync<ReportDetail>($"reports/{Escape(id)}", cancellationToken);
}
