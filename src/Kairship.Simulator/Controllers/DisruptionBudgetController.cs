using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers.Deployments;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>How many pods a PodDisruptionBudget lets an eviction take.</summary>
internal sealed class DisruptionBudgetController(ControlContext context) : Controller(context)
{
    private const string Plural = "poddisruptionbudgets";

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
        List<JsonObject> pods = [.. Store.List("", "pods", key.Namespace).Where(p => Pods.IsActive(p) && LabelSelector.Matches(selector, p.LabelsOf()))];
        var expected = Expected(pods);
        var healthy = pods.Count(Pods.IsReady);
        var desired = budget.Spec("minAvailable") is { } min
            ? DeploymentSpec.Resolve(min, expected, roundUp: true)
            : Math.Max(0, expected - DeploymentSpec.Resolve(budget.Spec("maxUnavailable"), expected, roundUp: true, percentWhenMissing: 0));
        var allowed = Math.Max(0, healthy - desired);
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
                var (value, reason) = allowed > 0 ? ("True", "SufficientPods") : ("False", "InsufficientPods");
                ObjectReading.SetCondition(status, "DisruptionAllowed", value, Clock.Stamp(), reason, "");
                return b;
            },
            status: true);
        return null;
    }

    /// <summary>The sizes of the controllers of the pods, so that pods that are missing count as disrupted.</summary>
    private int Expected(List<JsonObject> pods)
    {
        var owners = pods.Select(p => JsonTree.Text(p.ControllerRef()?["uid"])).OfType<string>().Distinct(StringComparer.Ordinal);
        var sizes = owners.Select(uid => Index.Find(uid) is { } owner && Store.Get(owner) is { } set ? set.Spec("replicas").Int() : 0).Sum();
        return sizes > 0 ? sizes : pods.Count;
    }
}
