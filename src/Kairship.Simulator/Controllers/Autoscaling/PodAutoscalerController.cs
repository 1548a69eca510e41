using System.Text.Json.Nodes;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Controllers.Autoscaling;

/// <summary>
/// HorizontalPodAutoscaler on a simulated CPU metric (<see cref="CpuLoad"/>), looked at every 15 seconds and on changes. Scaling down waits for
/// the stabilization window. Writes through the scale of the target, so that the field manager of spec.replicas becomes that of a real cluster.
/// </summary>
internal sealed class PodAutoscalerController(ControlContext context) : Controller(context)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private readonly Dictionary<ObjectKey, List<(DateTimeOffset At, int Replicas)>> _proposals = [];

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "autoscaling", Plural: "horizontalpodautoscalers" })
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "apps", Plural: "deployments" or "statefulsets" or "replicasets" } && ConcernsScale(change))
        {
            Enqueue(change.Key);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Group == "apps")
        {
            foreach (var each in Store.List("autoscaling", "horizontalpodautoscalers", key.Namespace))
            {
                if (TargetOf(each) is { } wanted && wanted == key)
                {
                    Enqueue(new ObjectKey("autoscaling", "horizontalpodautoscalers", key.Namespace, each.NameOf()));
                }
            }

            return null;
        }

        if (Store.Get(key) is not { } autoscaler)
        {
            _proposals.Remove(key);
            return null;
        }

        Look(key, autoscaler);
        return Period;
    }

    private void Look(ObjectKey key, JsonObject autoscaler)
    {
        var now = Clock.Stamp();
        if (TargetOf(autoscaler) is not { } targetKey || Store.Get(targetKey) is not { } target)
        {
            var kind = (JsonTree.Text(autoscaler.Spec("scaleTargetRef", "kind")) ?? "").ToLowerInvariant();
            var missing = $"{kind}s/scale.apps \"{JsonTree.Text(autoscaler.Spec("scaleTargetRef", "name"))}\" not found";
            Tell(autoscaler, "Warning", "FailedGetScale", missing);
            Write(key, s => ObjectReading.SetCondition(
                s, "AbleToScale", "False", now, "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {missing}"));
            return;
        }

        var current = target.Spec("replicas").Int(1);
        if (current == 0)
        {
            Write(key, s =>
            {
                Counts(s, target, 0);
                Able(s, now);
                ObjectReading.SetCondition(s, "ScalingActive", "False", now, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            });
            return;
        }

        var (min, max) = (autoscaler.Spec("minReplicas").Int(1), autoscaler.Spec("maxReplicas").Int(1));
        if (current > max || current < min)
        {
            var size = current > max ? max : min;
            Scale(autoscaler, targetKey, size, current > max ? "Current number of replicas above Spec.MaxReplicas" : "Current number of replicas below Spec.MinReplicas");
            Write(key, s =>
            {
                Counts(s, target, size);
                s["lastScaleTime"] = now;
                Rescaled(s, size, now);
            });
            return;
        }

        Measure(key, autoscaler, targetKey, target, current);
    }

    private void Measure(ObjectKey key, JsonObject autoscaler, ObjectKey targetKey, JsonObject target, int current)
    {
        var now = Clock.Stamp();
        var selector = target.Spec("selector") as JsonObject;
        List<JsonObject> active =
            [.. Store.List("", "pods", key.Namespace).Where(p => LabelSelector.Matches(selector, p.LabelsOf()) && Pods.IsActive(p))];
        if (CpuLoad.Unmeasurable(active) is { } why)
        {
            var failed = $"failed to get cpu utilization: {why}";
            Tell(autoscaler, "Warning", "FailedGetResourceMetric", failed);
            Tell(autoscaler, "Warning", "FailedComputeMetricsReplicas", $"invalid metrics (1 invalid out of 1), first error is: {failed}");
            Write(key, s =>
            {
                Counts(s, target, current);
                Able(s, now);
                ObjectReading.SetCondition(
                    s, "ScalingActive", "False", now, "FailedGetResourceMetric", $"the HPA was unable to compute the replica count: {failed}");
            });
            return;
        }

        var ready = active.FindAll(Pods.IsReady);
        var (percent, average) = CpuLoad.Utilization(autoscaler, target, ready);
        var proposed = Stabilized(key, autoscaler, current, AutoscalerDecision.Proposed(current, ready.Count, percent, CpuLoad.Target(autoscaler)));
        var (replicas, limited, reason) = AutoscalerDecision.Bounded(autoscaler, current, proposed);
        if (replicas != current)
        {
            Scale(autoscaler, targetKey, replicas, replicas > current ? "cpu resource utilization (percentage of request) above target" : "All metrics below target");
        }

        Write(key, status => Report(status, target, current, replicas, (percent, average), (limited, reason), now));
    }

    /// <summary>Scaling down goes to the highest proposal of the window, so that a short lull takes nothing away.</summary>
    private int Stabilized(ObjectKey key, JsonObject autoscaler, int current, int proposed)
    {
        if (!_proposals.TryGetValue(key, out var proposals))
        {
            _proposals[key] = proposals = [(Clock.GetUtcNow(), current)];
        }

        var window = autoscaler.Spec("behavior", "scaleDown", "stabilizationWindowSeconds").Int(300);
        var now = Clock.GetUtcNow();
        proposals.RemoveAll(p => p.At.AddSeconds(window) <= now);
        proposals.Add((now, proposed));
        return proposed >= current ? proposed : Math.Min(current, proposals.Max(p => p.Replicas));
    }

    private void Scale(JsonObject autoscaler, ObjectKey target, int to, string why)
    {
        var type = ResourceCatalog.Find(target.Group, target.Plural)!;
        var manager = new FieldManager("kube-controller-manager", FieldManager.Update, type.ApiVersion, "scale");
        Store.Update(
            target,
            t =>
            {
                var before = JsonTree.Copy(t);
                JsonTree.Child(t, "spec")["replicas"] = (long)to;
                ServerSideApply.Track(before, t, Schemas.Of(type), manager, Clock.Stamp());
                return t;
            });
        Tell(autoscaler, "Normal", "SuccessfulRescale", $"New size: {to}; reason: {why}");
    }

    private static void Counts(JsonObject status, JsonObject target, int desired)
    {
        status["currentReplicas"] = (long)target.Status("replicas").Int();
        status["desiredReplicas"] = (long)desired;
    }

    private static void Able(JsonObject status, string now) =>
        ObjectReading.SetCondition(status, "AbleToScale", "True", now, "SucceededGetScale", "the HPA controller was able to get the target's current scale");

    private static void Rescaled(JsonObject status, int size, string now) =>
        ObjectReading.SetCondition(status, "AbleToScale", "True", now, "SucceededRescale", $"the HPA controller was able to update the target scale to {size}");

    private void Tell(JsonObject autoscaler, string type, string reason, string message) =>
        Context.Events.Record(autoscaler, type, reason, message, "horizontal-pod-autoscaler");

    private static void Report(
        JsonObject status, JsonObject target, int current, int replicas, (int Percent, long AverageMilli) cpu, (string Limited, string Reason) bounds, string now)
    {
        if (replicas != current)
        {
            status["lastScaleTime"] = now;
        }

        Counts(status, target, replicas);
        status["currentMetrics"] = new JsonArray(new JsonObject
        {
            ["type"] = "Resource",
            ["resource"] = new JsonObject
            {
                ["name"] = "cpu",
                ["current"] = new JsonObject { ["averageUtilization"] = (long)cpu.Percent, ["averageValue"] = $"{cpu.AverageMilli}m" },
            },
        });
        if (replicas != current)
        {
            Rescaled(status, replicas, now);
        }
        else
        {
            ObjectReading.SetCondition(status, "AbleToScale", "True", now, "ReadyForNewScale", "recommended size matches current size");
        }

        ObjectReading.SetCondition(
            status, "ScalingActive", "True", now, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)");
        ObjectReading.SetCondition(status, "ScalingLimited", bounds.Limited, now, bounds.Reason, Explain(bounds.Reason));
    }

    private static string Explain(string reason) => reason switch
    {
        "TooManyReplicas" => "the desired replica count is more than the maximum replica count",
        "TooFewReplicas" => "the desired replica count is less than the minimum replica count",
        "ScaleUpLimit" => "the desired replica count is increasing faster than the maximum scale rate",
        _ => "the desired count is within the acceptable range",
    };

    private void Write(ObjectKey key, Action<JsonObject> change) =>
        Store.Update(
            key,
            a =>
            {
                change(JsonTree.Child(a, "status"));
                return a;
            },
            status: true);

    private static ObjectKey? TargetOf(JsonObject autoscaler) =>
        JsonTree.Text(autoscaler.Spec("scaleTargetRef", "name")) is { } name
            && JsonTree.Text(autoscaler.Spec("scaleTargetRef", "kind")) is "Deployment" or "StatefulSet" or "ReplicaSet"
            ? new ObjectKey("apps", JsonTree.Text(autoscaler.Spec("scaleTargetRef", "kind"))!.ToLowerInvariant() + "s", autoscaler.NamespaceOf(), name)
            : null;

    private static bool ConcernsScale(ObjectChange change) =>
        change.Type != ChangeType.Deleted
        && (change.Old is not { } old
            || old.Spec("replicas").Int(1) != change.Object.Spec("replicas").Int(1)
            || old.Status("replicas").Int() != change.Object.Status("replicas").Int()
            || old.Annotation(CpuLoad.Annotation) != change.Object.Annotation(CpuLoad.Annotation));
}
