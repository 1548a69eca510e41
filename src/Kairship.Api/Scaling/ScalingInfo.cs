namespace Kairship.Api.Scaling;

/// <summary>How many replicas an application has and should have over all clusters, and why.</summary>
/// <param name="Owns">"Total": Kairship sets the replicas. "Bounds": the clusters' autoscalers do, between bounds that Kairship sets.</param>
/// <param name="Verdict">"Steady", "Change", or "Blocked": what somebody wrote, or the room that there is, has to change first.</param>
/// <param name="Cause">Of a change: "Metric", "Schedule" or "Capacity".</param>
/// <param name="Current">Of the workload that is measured.</param>
/// <param name="Wanted">What it should be.</param>
/// <param name="Ready">Replicas that are ready.</param>
/// <param name="Min">In force now.</param>
/// <param name="Max">In force now.</param>
/// <param name="Rule">The cron rule in force.</param>
/// <param name="RuleSince">Since when it is.</param>
/// <param name="Reason">Why, in sentences.</param>
/// <param name="Since">Since when the same is wanted.</param>
/// <param name="LookedAt">When that was decided last.</param>
/// <param name="NextRule">When the cron rules may next change something.</param>
/// <param name="WaitsFor">Why nothing is begun although a change is wanted, as a sentence; null: nothing is in the way.</param>
/// <param name="LastRelease">The last release that scaled it.</param>
public sealed record ScalingInfo(
    string Application, string Owns, string Verdict, string? Cause, int? Current, int? Wanted, int? Ready, int Min, int Max, string? Rule, DateTimeOffset? RuleSince, string Reason,
    DateTimeOffset Since, DateTimeOffset LookedAt, DateTimeOffset? NextRule, string? WaitsFor, string? LastRelease, IReadOnlyList<ScalingMetricInfo> Metrics);

/// <param name="Value">What was read; null: nothing, and the sentence says why.</param>
/// <param name="Wants">The total that it wants alone.</param>
/// <param name="Pods">Of a resource: pods that were measured.</param>
/// <param name="Missing">Of a resource: pods that were not.</param>
public sealed record ScalingMetricInfo(
    string Name, string Provider, string Target, string TargetType, decimal? Value, int? Wants, string Sentence, int Pods, int Missing);
