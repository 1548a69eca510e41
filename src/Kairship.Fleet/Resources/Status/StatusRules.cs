using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.Status;

/// <summary>
/// The rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/status) by kind, with three departures: a Job that runs is InProgress, not Current; a workload
/// that no controller has observed yet is InProgress; and what its pods suffer from is told as the reason.
/// </summary>
public static class StatusRules
{
    private static readonly TimeSpan SchedulingGrace = TimeSpan.FromSeconds(15);

    /// <param name="obj">The live object.</param>
    /// <param name="pods">Pods of its present revision, when they were read.</param>
    public static ObjectStatus Evaluate(JsonObject obj, IReadOnlyList<JsonObject>? pods, DateTimeOffset now)
    {
        var reference = Manifest.From(obj).Ref;
        var observed = Number(obj["status"]?["observedGeneration"]) ?? 0;
        var verdict = Verdict.Of(Generic(obj) ?? ByKind(reference, obj, now), pods);
        var (ready, desired) = WorkloadRules.Counts(reference, obj);
        return new ObjectStatus(reference, verdict.Health, verdict.Reason, verdict.Message, ready, desired, observed);
    }

    /// <summary>What holds for all kinds; null: the kind's own rule decides.</summary>
    private static Verdict? Generic(JsonObject obj)
    {
        if (obj["metadata"]?["deletionTimestamp"] is not null)
        {
            return new Verdict(Health.Terminating, "Terminating", "it is being deleted");
        }

        var generation = Number(obj["metadata"]?["generation"]);
        var observed = Number(obj["status"]?["observedGeneration"]);
        if (generation is not null && observed is not null && observed < generation)
        {
            return Verdict.Progress("LatestGenerationNotObserved", $"generation {generation} is applied, {observed} observed");
        }

        if (Conditions.FindTrue(obj, "Reconciling") is { } reconciling)
        {
            return Verdict.Progress(reconciling.Reason ?? "Reconciling", reconciling.Message ?? "");
        }

        return Conditions.FindTrue(obj, "Stalled") is { } stalled ? new Verdict(Health.Failed, stalled.Reason ?? "Stalled", stalled.Message ?? "") : null;
    }

    private static Verdict ByKind(ObjectRef reference, JsonObject obj, DateTimeOffset now) => (reference.Group, reference.Kind) switch
    {
        ("apps", "Deployment") => WorkloadRules.Deployment(obj),
        ("apps", "StatefulSet") => WorkloadRules.StatefulSet(obj),
        ("apps", "DaemonSet") => WorkloadRules.DaemonSet(obj),
        ("apps", "ReplicaSet") => WorkloadRules.ReplicaSet(obj),
        ("batch", "Job") => Job(obj),
        ("", "Pod") => Pod(obj, now),
        ("", "Service") => Service(obj),
        ("", "PersistentVolumeClaim") => PersistentVolumeClaim(obj),
        ("autoscaling", "HorizontalPodAutoscaler") => Autoscaler(obj),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Definition(obj),
        _ => ByReadyCondition(obj),
    };

    private static Verdict Job(JsonObject obj)
    {
        if (Conditions.FindTrue(obj, "Failed") is { } failed)
        {
            return new Verdict(Health.Failed, failed.Reason ?? "JobFailed", failed.Message ?? "the job failed");
        }

        if (Conditions.FindTrue(obj, "Complete") is not null)
        {
            return Verdict.Current;
        }

        return obj["status"]?["startTime"] is null
            ? Verdict.Progress("JobNotStarted", "the job has not started")
            : Verdict.Progress("JobRunning", $"active: {Number(obj["status"]?["active"]) ?? 0}, succeeded: {Number(obj["status"]?["succeeded"]) ?? 0}, failed: {Number(obj["status"]?["failed"]) ?? 0}");
    }

    private static Verdict Pod(JsonObject obj, DateTimeOffset now)
    {
        var phase = obj["status"]?["phase"]?.ToString();
        var problem = PodProblems.Worst([obj]);
        switch (phase)
        {
            case "Succeeded":
                return Verdict.Current;
            case "Failed":
                return new Verdict(Health.Failed, obj["status"]?["reason"]?.ToString() ?? "PodFailed", obj["status"]?["message"]?.ToString() ?? "the pod failed");
            case "Running" when Conditions.FindTrue(obj, "Ready") is not null:
                return Verdict.Current;
            case "Running" when problem is { Reason: "CrashLoopBackOff" } crash:
                return new Verdict(Health.Failed, crash.Reason, crash.Message);
            case "Pending" when problem is { Reason: "Unschedulable" } unschedulable && Age(obj, now) > SchedulingGrace:
                return new Verdict(Health.Failed, unschedulable.Reason, unschedulable.Message);
            default:
                return problem is { } other
                    ? Verdict.Progress(other.Reason, other.Message)
                    : Verdict.Progress(phase == "Running" ? "PodNotReady" : "PodPending", Conditions.FindFalse(obj, "Ready")?.Message ?? "");
        }
    }

    private static TimeSpan Age(JsonObject obj, DateTimeOffset now) =>
        DateTimeOffset.TryParse(obj["metadata"]?["creationTimestamp"]?.ToString(), CultureInfo.InvariantCulture, out var created) ? now - created : TimeSpan.Zero;

    private static Verdict Service(JsonObject obj) =>
        obj["spec"]?["type"]?.ToString() == "LoadBalancer" && string.IsNullOrEmpty(obj["spec"]?["clusterIP"]?.ToString())
            ? Verdict.Progress("NoIPAssigned", "the service has no cluster IP yet")
            : Verdict.Current;

    private static Verdict PersistentVolumeClaim(JsonObject obj) =>
        obj["status"]?["phase"]?.ToString() is var phase && phase == "Bound" ? Verdict.Current : Verdict.Progress("NotBound", $"the claim is {phase ?? "not seen yet"}");

    /// <summary>Only an autoscaler that cannot scale is unfinished. One without metrics is a finding, not a reason to hold a release.</summary>
    private static Verdict Autoscaler(JsonObject obj)
    {
        if (Conditions.FindFalse(obj, "AbleToScale") is { } unable)
        {
            return Verdict.Progress(unable.Reason ?? "NotAbleToScale", unable.Message ?? "");
        }

        return Conditions.FindFalse(obj, "ScalingActive") is { } idle ? new Verdict(Health.Current, idle.Reason, idle.Message ?? "") : Verdict.Current;
    }

    private static Verdict Definition(JsonObject obj)
    {
        if (Conditions.FindFalse(obj, "NamesAccepted") is { } refused)
        {
            return new Verdict(Health.Failed, refused.Reason ?? "NamesNotAccepted", refused.Message ?? "");
        }

        return Conditions.FindTrue(obj, "Established") is not null ? Verdict.Current : Verdict.Progress("NotEstablished", "the definition is not established yet");
    }

    private static Verdict ByReadyCondition(JsonObject obj) => Conditions.Find(obj, "Ready") switch
    {
        null or { Status: "True" } => Verdict.Current,
        var ready => Verdict.Progress(ready.Reason ?? "NotReady", ready.Message ?? ""),
    };

    internal static long? Number(JsonNode? node) => node is JsonValue value && long.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What a rule says.</summary>
internal sealed record Verdict(Health Health, string? Reason, string Message)
{
    public static readonly Verdict Current = new(Health.Current, null, "");

    public static Verdict Progress(string reason, string message) => new(Health.InProgress, reason, message);

    /// <summary>A verdict with what the pods suffer from. ProgressDeadlineExceeded stays the reason: it is the cluster's last word.</summary>
    public static Verdict Of(Verdict verdict, IReadOnlyList<JsonObject>? pods)
    {
        if (verdict.Health is not (Health.InProgress or Health.Failed) || PodProblems.Worst(pods ?? []) is not { } problem)
        {
            return verdict;
        }

        return verdict.Health == Health.Failed
            ? verdict with { Message = $"{verdict.Message} [{problem.Reason}: {problem.Message}]" }
            : verdict with { Reason = problem.Reason, Message = verdict.Message.Length == 0 ? problem.Message : $"{problem.Message} [{verdict.Message}]" };
    }
}
