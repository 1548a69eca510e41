namespace Kairship.Api.Audit;

/// <summary>Who changed what, when.</summary>
/// <param name="Action">"release.start", "approval.decide", "cluster.join" ...</param>
/// <param name="Subject">What it was about: "storefront-7".</param>
/// <param name="Status">The HTTP status of the answer.</param>
public sealed record AuditLine(long Sequence, DateTimeOffset At, string Who, string Action, string? Subject, int Status, string? Detail);
