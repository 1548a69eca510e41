using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Kairship.Api.Applications;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Placements;
using Kairship.Api.Releases;
using Kairship.Api.Scaling;

namespace Kairship.Api;

/// <summary>Clusters, applications, releases, approvals.</summary>
public sealed partial class KairshipClient
{
    public Task<ClusterInfo> JoinClusterAsync(JoinClusterRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<ClusterInfo>("clusters", request, cancellationToken);

    public Task<PageOf<ClusterInfo>> ListClustersAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ClusterInfo>>(Query("clusters", ("skip", skip), ("take", take)), cancellationToken);

    public Task<ClusterInfo> GetClusterAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync<ClusterInfo>($"clusters/{Escape(name)}", cancellationToken);

    /// <summary>How a cluster's readiness changed, the last change first.</summary>
    public Task<IReadOnlyList<ClusterTransitionInfo>> ListClusterTransitionsAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync<IReadOnlyList<ClusterTransitionInfo>>($"clusters/{Escape(name)}/transitions", cancellationToken);

    /// <summary>How the clusters are together, and whether failovers may begin.</summary>
    public Task<FleetInfo> GetFleetAsync(CancellationToken cancellationToken = default) => GetAsync<FleetInfo>("fleet", cancellationToken);

    /// <summary>Lets failovers go on in spite of what is lost now. Refused (409) while the brake is off.</summary>
    public Task<FleetInfo> ReleaseBrakeAsync(CancellationToken cancellationToken = default) => PostAsync<FleetInfo>("fleet/brake/release", null, cancellationToken);

    /// <summary>Sets and removes taints; the cluster afterwards.</summary>
    public Task<ClusterInfo> ChangeTaintsAsync(string name, ChangeTaintsRequest request, CancellationToken cancellationToken = default) =>
        SendAsync<ClusterInfo>(HttpMethod.Patch, $"clusters/{Escape(name)}/taints", JsonContent.Create(request, options: WireJson.Options), cancellationToken);

    /// <summary>Whether it is certain that a lost cluster runs nothing any more.</summary>
    public Task<FencingInfo> GetFencingAsync(string cluster, CancellationToken cancellationToken = default) => GetAsync<FencingInfo>($"clusters/{Escape(cluster)}/fencing", cancellationToken);

    /// <summary>Says that a lost cluster runs nothing any more. Refused (409) when it is not lost, or was lost again since.</summary>
    public Task<FencingInfo> ConfirmFencedAsync(string cluster, ConfirmFencedRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<FencingInfo>($"clusters/{Escape(cluster)}/fencing", request, cancellationToken);

    /// <summary>How a cluster that came back was compared with what it should have.</summary>
    public Task<ReturnInfo> GetReturnAsync(string cluster, CancellationToken cancellationToken = default) => GetAsync<ReturnInfo>($"clusters/{Escape(cluster)}/return", cancellationToken);

    /// <summary>Compares a cluster that came back, now, and fences what is stale there. Refused (409) when it is not back or cannot be read.</summary>
    public Task<ReturnInfo> CompareReturnedAsync(string cluster, CancellationToken cancellationToken = default) =>
        PostAsync<ReturnInfo>($"clusters/{Escape(cluster)}/return", null, cancellationToken);

    /// <summary>Forgets a cluster; nothing inside it is touched. Refused (409) while an application is released there, unless forced.</summary>
    public Task RemoveClusterAsync(string name, bool force = false, CancellationToken cancellationToken = default) =>
        DeleteAsync(Query($"clusters/{Escape(name)}", ("force", force ? true : null)), cancellationToken);

    /// <summary>Makes or changes an application; Karmada's policies go into the application that they select.</summary>
    public Task<AppliedApplication> ApplyApplicationAsync(string yaml, CancellationToken cancellationToken = default) => ApplyApplicationAsync(yaml, null, cancellationToken);

    /// <param name="application">Into which application Karmada's policies go; null: the one that they select.</param>
    public Task<AppliedApplication> ApplyApplicationAsync(string yaml, string? application, CancellationToken cancellationToken = default)
    {
        var content = new StringContent(yaml, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/yaml");
        return SendAsync<AppliedApplication>(HttpMethod.Put, Query("applications", ("application", application)), content, cancellationToken);
    }

    public Task<PageOf<ApplicationInfo>> ListApplicationsAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ApplicationInfo>>(Query("applications", ("skip", skip), ("take", take)), cancellationToken);

    public Task<ApplicationDetail> GetApplicationAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync<ApplicationDetail>($"applications/{Escape(name)}", cancellationToken);

    /// <summary>Deletes an application: its objects in all clusters, then what is known of it. What could not be deleted is in the answer; calling again goes on.</summary>
    public Task<RemovalInfo> RemoveApplicationAsync(
        string name, bool keepObjects = false, bool namespaces = false, bool definitions = false, CancellationToken cancellationToken = default) =>
        SendAsync<RemovalInfo>(
            HttpMethod.Delete,
            Query($"applications/{Escape(name)}", ("keepObjects", keepObjects ? true : null), ("namespaces", namespaces ? true : null), ("definitions", definitions ? true : null)),
            null, cancellationToken);

    /// <summary>Its releases, newest first.</summary>
    public Task<PageOf<ReleaseInfo>> GetHistoryAsync(string application, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ReleaseInfo>>(Query($"applications/{Escape(application)}/history", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<PageOf<RevisionInfo>> ListRevisionsAsync(string application, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<RevisionInfo>>(Query($"applications/{Escape(application)}/revisions", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>What a release would do in each cluster; writes nothing.</summary>
    public Task<PlanInfo> PlanAsync(string application, PlanRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<PlanInfo>($"applications/{Escape(application)}/plan", request, cancellationToken);

    /// <summary>Where the application would go now, and why: of what is released, else of its newest revision or its own source.</summary>
    public Task<PlacementInfo> ExplainPlacementAsync(string application, CancellationToken cancellationToken = default) =>
        GetAsync<PlacementInfo>($"applications/{Escape(application)}/placement", cancellationToken);

    /// <summary>Where an application would go, if it were so. Writes nothing.</summary>
    public Task<PlacementInfo> SimulatePlacementAsync(SimulatePlacementRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<PlacementInfo>("placement/simulate", request, cancellationToken);

    /// <summary>How many replicas the application has and should have, and why; 404 where it has no spec.scaling.</summary>
    public Task<ScalingInfo> GetScalingAsync(string application, CancellationToken cancellationToken = default) =>
        GetAsync<ScalingInfo>($"applications/{Escape(application)}/scaling", cancellationToken);

    /// <summary>Gives the application a total over all clusters, within its limits, by a release.</summary>
    public Task<ReleaseInfo> ScaleAsync(string application, ScaleRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<ReleaseInfo>($"applications/{Escape(application)}/scaling", request, cancellationToken);

    /// <summary>The last comparison of the clusters with what was released; 404 before the first.</summary>
    public Task<DriftReportInfo> GetDriftAsync(string application, CancellationToken cancellationToken = default) =>
        GetAsync<DriftReportInfo>($"applications/{Escape(application)}/drift", cancellationToken);

    /// <summary>Compares the clusters with what was released, now.</summary>
    public Task<DriftReportInfo> CheckDriftAsync(string application, DriftRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<DriftReportInfo>($"applications/{Escape(application)}/drift", request, cancellationToken);

    /// <summary>Starts a release. The same <paramref name="idempotencyKey"/> twice starts one and gives the same answer.</summary>
    public async Task<ReleaseInfo> StartReleaseAsync(
        string application, StartReleaseRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(
            HttpMethod.Post, $"applications/{Escape(application)}/releases", JsonContent.Create(request, options: WireJson.Options),
            idempotencyKey is null ? [] : [("Idempotency-Key", idempotencyKey)], cancellationToken);
        return await ReadAsync<ReleaseInfo>(response, cancellationToken);
    }

    /// <summary>Newest first; of one application or of all.</summary>
    public Task<PageOf<ReleaseInfo>> ListReleasesAsync(
        string? application = null, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ReleaseInfo>>(Query("releases", ("application", application), ("skip", skip), ("take", take)), cancellationToken);

    public Task<ReleaseDetail> GetReleaseAsync(string releaseId, CancellationToken cancellationToken = default) =>
        GetAsync<ReleaseDetail>($"releases/{Escape(releaseId)}", cancellationToken);

    /// <summary>The plan that the release was made by; 404 until it is planned.</summary>
    public Task<PlanInfo> GetReleasePlanAsync(string releaseId, CancellationToken cancellationToken = default) =>
        GetAsync<PlanInfo>($"releases/{Escape(releaseId)}/plan", cancellationToken);

    public Task<ReleaseInfo> PauseReleaseAsync(string releaseId, string? reason = null, CancellationToken cancellationToken = default) =>
        PostAsync<ReleaseInfo>($"releases/{Escape(releaseId)}/pause", new ReleaseActionRequest(reason), cancellationToken);

    public Task<ReleaseInfo> ResumeReleaseAsync(string releaseId, string? reason = null, CancellationToken cancellationToken = default) =>
        PostAsync<ReleaseInfo>($"releases/{Escape(releaseId)}/resume", new ReleaseActionRequest(reason), cancellationToken);

    public Task<ReleaseInfo> AbortReleaseAsync(string releaseId, string? reason = null, CancellationToken cancellationToken = default) =>
        PostAsync<ReleaseInfo>($"releases/{Escape(releaseId)}/abort", new ReleaseActionRequest(reason), cancellationToken);

    /// <summary>A release under way goes back and is the answer; of a succeeded one, the answer is a new release to the revision before.</summary>
    public Task<ReleaseInfo> RollBackReleaseAsync(string releaseId, string? reason = null, CancellationToken cancellationToken = default) =>
        PostAsync<ReleaseInfo>($"releases/{Escape(releaseId)}/rollback", new ReleaseActionRequest(reason), cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<PageOf<ApprovalInfo>> ListApprovalsAsync(
        bool pendingOnly = true, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ApprovalInfo>>(Query("approvals", ("pending", pendingOnly), ("skip", skip), ("take", take)), cancellationToken);

    /// <param name="idOrRelease">An approval's id, or the id of a release that waits for one.</param>
    public Task<ApprovalInfo> GetApprovalAsync(string idOrRelease, CancellationToken cancellationToken = default) =>
        GetAsync<ApprovalInfo>($"approvals/{Escape(idOrRelease)}", cancellationToken);

    /// <param name="idOrRelease">An approval's id, or the id of a release that waits for one.</param>
    public Task<ApprovalInfo> DecideApprovalAsync(string idOrRelease, DecideApprovalRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<ApprovalInfo>($"approvals/{Escape(idOrRelease)}/decisions", request, cancellationToken);
}
