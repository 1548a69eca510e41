using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>One replica set of a Deployment as its decisions see it.</summary>
internal sealed record ReplicaSetView(string Name, int Replicas, int Observed, int Ready, int Available, long Revision, int Desired, int Max, JsonObject Object)
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    public const string HistoryAnnotation = "deployment.kubernetes.io/revision-history";
    public const string DesiredAnnotation = "deployment.kubernetes.io/desired-replicas";
    public const string MaxAnnotation = "deployment.kubernetes.io/max-replicas";

    public string Uid => Object.UidOf();

    public string Created => Object.CreatedAt();

    public static ReplicaSetView Read(JsonObject set) => new(
        set.NameOf(),
        set.Spec("replicas").Int(1),
        set.Status("replicas").Int(),
        set.Status("readyReplicas").Int(),
        // A set that was just shrunk still reports the pods it is about to lose; counting them would take too many others down.
        Math.Min(set.Status("availableReplicas").Int(), set.Spec("replicas").Int(1)),
        long.TryParse(set.Annotation(RevisionAnnotation), out var revision) ? revision : 0,
        int.TryParse(set.Annotation(DesiredAnnotation), out var desired) ? desired : -1,
        int.TryParse(set.Annotation(MaxAnnotation), out var max) ? max : -1,
        set);
}

/// <summary>The replica sets of one Deployment: the one of its template, if it exists, and the others, oldest first.</summary>
internal sealed record ReplicaSetFamily(ReplicaSetView? New, IReadOnlyList<ReplicaSetView> Old)
{
    public IReadOnlyList<ReplicaSetView> All { get; } = New is null ? Old : [.. Old, New];

    public int Pods => All.Sum(s => s.Replicas);

    /// <summary>Pods that exist or are about to: what a set was told to lose counts until it is lost, so that the surge holds at every moment.</summary>
    public int Occupied => All.Sum(s => Math.Max(s.Replicas, s.Observed));
}
