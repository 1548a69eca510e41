using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.Status;

/// <summary>
/// The rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/status) by kind, with these departures: a Job that runs is InProgress, not Current; a workload
/// that no controller has observed yet is InProgress; a LoadBalancer Service and an Ingress wait for their address; Gateway API objects are judged by their own
/// conditions; and what a workload's pods suffer from is told as the reason.
/// </summary>
public static class StatusRules
{
    /// <summary>Conditions that decide for kinds of any kind; one of them that speaks of an older generation does not count as being there or not being there.</summary>
    private static readonly string[] Deciding = ["Ready", "Reconciling", "Stalled"];

    /// <param name="obj">The live object.</param>
    /// <param name="pods">Pods of its present revision, when they were read.</param>
    /// <param name="own">Rules for kinds that have none here; they never overrule that an object is being deleted or was not observed yet.</param>
    public static ObjectStatus Evaluate(JsonObject obj, IReadOnlyList<JsonObject>? pods, DateTimeOffset now, OwnStatusRules? own = null)
    {
        var reference = Manifest.From(obj).Ref;
        var observed = Number(obj["status"]?["observedGeneration"]) ?? 0;
        var verdict = Verdict.Of(Generation(obj) ?? own?.Evaluate(reference, obj) ?? Generic(obj) ?? ByKind(reference, obj, now), pods);
        var (ready, desired) = WorkloadRules.Counts(reference, obj);
        return new ObjectStatus(reference, verdict.Health, verdict.Reason, verdict.Message, ready, desired, observed);
    }

    /// <summary>Whatever else an object says of itself: that it is going, or that nobody has looked at what was applied yet.</summary>
    private static Verdict? Generation(JsonObject obj)
    {
        if (obj["metadata"]?["deletionTimestamp"] is not null)
        {
            return new Verdict(Health.Terminating, "Terminating", "it is being deleted");
        }

        var generation = Number(obj["metadata"]?["generation"]);
        var observed = Number(obj["status"]?["observedGeneration"]);
        if (generation is not null && observed is not null && observed < generation)
        {
            return NotObserved(generation, observed);
        }

        return Deciding.Select(type => Conditions.Find(obj, type)).FirstOrDefault(c => c?.IsOlderThan(generation) ?? false) is { } older
            ? NotObserved(generation, older.ObservedGeneration)
            : null;
    }

    internal static Verdict NotObserved(long? generation, long? observed) =>
        Verdict.Progress("LatestGenerationNotObserved", $"generation {generation} is applied, {observed} observed");

    /// <summary>The conditions that any kind may have; null: the kind's own rule decides.</summary>
    private static Verdict? Generic(JsonObject obj)
    {
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
        ("batch", "Job") => JobRules.Job(obj),
        ("batch", "CronJob") => JobRules.CronJob(obj),
        ("", "Pod") => PodRules.Pod(obj, now),
        ("", "Service") => AddressRules.Service(obj),
        ("networking.k8s.io" or "extensions", "Ingress") => AddressRules.Ingress(obj),
        ("", "PersistentVolumeClaim") => SupportRules.PersistentVolumeClaim(obj),
        ("autoscaling", "HorizontalPodAutoscaler") => SupportRules.Autoscaler(obj),
        ("policy", "PodDisruptionBudget") => SupportRules.DisruptionBudget(obj),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => SupportRules.Definition(obj),
        ("apiregistration.k8s.io", "APIService") => SupportRules.ApiService(obj),
        (GatewayRules.Group, "GatewayClass") => GatewayRules.Class(obj),
        (GatewayRules.Group, "Gateway") => GatewayRules.Gateway(obj),
        (GatewayRules.Group, "HTTPRoute" or "GRPCRoute" or "TLSRoute" or "TCPRoute" or "UDPRoute") => GatewayRules.Route(obj),
        _ => ByReadyCondition(obj),
    };

    /// <summary>What holds for kinds without a rule: a Ready condition decides where there is one.</summary>
    private static Verdict ByReadyCondition(JsonObject obj) => Conditions.Find(obj, "Ready") switch
    {
        null or { IsTrue: true } => Verdict.Current,
        var ready => Verdict.Progress(ready.Reason ?? "NotReady", ready.Message ?? ""),
    };

    internal static long? Number(JsonNode? node) => node is JsonValue value && long.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var number) ? number : null;
}
