using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers.Deployments;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>How many pods a PodDisruptionBudget lets an eviction take.</summary>
internal sealed class DisruptionBudgetController(ControlContext context) : Controller(context)
{
    private const string Plural = "poddisruptionbudgets";
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    // Only touched while changes are observed, which happens one at a time.
    private readonly Dictionary<ObjectKey, JsonObject?> _selectors = [];

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "policy", Plural: Plural })
        {
            _selectors.Remove(change.Key);
            if (change.Type != ChangeType.Deleted)
            {
                _selectors[change.Key] = change.Object.Spec("selector") as JsonObject;
                Enqueue(change.Key);
            }
        }
        else if (_selectors.Count > 0 && change.Key is { Group: "", Plural: "pods" })
        {
            foreach (var (budget, selector) in _selectors)
            {
                if (budget.Namespace == change.Key.Namespace && LabelSelector.Matches(selector, change.Object.LabelsOf()))
                {
                    Enqueue(budget);
                }
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } budget)
        {
            return null;
        }

        var selector = budget.Spec("selector") as JsonObject;
        List<JsonObject> pods = [.. Store.List("", "pods", key.Namespace).Where(p => LabelSelector.Matches(selector, p.LabelsOf()))];
        if (pods.Count == 0)
        {
            Context.Events.Record(budget, "Normal", "NoPods", "No matching pods found", "controllermanager");
        }

        var disrupted = Disrupted(budget, pods);
        var (expected, desired) = Wanted(budget, pods);
        var healthy = pods.Count(p => Pods.IsActive(p) && Pods.IsReady(p) && !disrupted.ContainsKey(p.NameOf()));
        var allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        Store.Update(
            key,
            b =>
            {
                var status = JsonTree.Child(b, "status");
                status["observedGeneration"] = b.GenerationOf();
                status["expectedPods"] = (long)expected;
                status["currentHealthy"] = (long)healthy;
                status["desiredHealthy"] = (long)desired;
                status["disruptionsAllowed"] = (long)allowed;
                status.Remove("disruptedPods");
                if (disrupted.Count > 0)
                {
                    status["disruptedPods"] = JsonTree.Copy(disrupted);
                }

                var (value, reason) = allowed > 0 ? ("True", "SufficientPods") : ("False", "InsufficientPods");
                ObjectReading.SetCondition(status, "DisruptionAllowed", value, Clock.Stamp(), reason, "");
                return b;
            },
            status: true);
        return disrupted.Count > 0 ? Forgotten : null;
    }

    /// <summary>Pods that an eviction has taken and that are still there as if nothing had happened; after two minutes nothing will.</summary>
    private JsonObject Disrupted(JsonObject budget, List<JsonObject> pods)
    {
        var now = Clock.GetUtcNow();
        var kept = new JsonObject();
        foreach (var (name, time) in budget.Status("disruptedPods") as JsonObject ?? [])
        {
            if (time.Time() is { } at && at + Forgotten > now && pods.Exists(p => p.NameOf() == name && !p.IsDeleting()))
            {
                kept[name] = JsonTree.CopyNode(time);
            }
        }

        return kept;
    }

    /// <summary>How many pods there should be, and how many of them healthy. A number of minAvailable is one of these pods; a share is one of what their controllers want.</summary>
    private (int Expected, int Desired) Wanted(JsonObject budget, List<JsonObject> pods)
    {
        if (budget.Spec("minAvailable") is { } min)
        {
            var expected = JsonTree.Number(min) is null ? Scale(pods) : pods.Count;
            return (expected, DeploymentSpec.Resolve(min, expected, roundUp: true));
        }

        var scale = Scale(pods);
        return (scale, Math.Max(0, scale - DeploymentSpec.Resolve(budget.Spec("maxUnavailable"), scale, roundUp: true, percentWhenMissing: 0)));
    }

    /// <summary>The sizes of the controllers of the pods, so that pods that are missing count as disrupted. Pods without one have none.</summary>
    private int Scale(List<JsonObject> pods)
    {
        var controllers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var uid in pods.Select(p => JsonTree.Text(p.ControllerRef()?["uid"])).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var controller = Index.Find(uid) is { } key ? Store.Get(key) : null;
            if (JsonTree.Text(controller?.ControllerRef()?["uid"]) is { } above && Index.Find(above) is { Plural: "deployments" } deployment)
            {
                controller = Store.Get(deployment);
            }

            if (controller is not null)
            {
                controllers[controller.UidOf()] = controller.Spec("replicas").Int();
            }
        }

        return controllers.Values.Sum();
    }
}
