using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>Pods with an ordinal, a stable name and their own volume claims.</summary>
internal static class StatefulPod
{
    private const string Component = "statefulset-controller";

    /// <summary>The number at the end of the name; -1 when it is not a pod of this set.</summary>
    public static int Ordinal(JsonObject set, JsonObject pod) =>
        pod.NameOf() is var name && name.StartsWith(set.NameOf() + "-", StringComparison.Ordinal) && int.TryParse(name[(set.NameOf().Length + 1)..], out var n)
            ? n
            : -1;

    public static string? Revision(JsonObject pod) => pod.Label(Revisions.Label);

    public static void Create(ControlContext context, JsonObject set, int ordinal, string revision, JsonObject template)
    {
        var name = $"{set.NameOf()}-{ordinal}";
        var pod = Pods.FromTemplate(set, template);
        var labels = JsonTree.Child(JsonTree.Child(pod, "metadata"), "labels");
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString();
        labels[Revisions.Label] = revision;
        var spec = JsonTree.Child(pod, "spec");
        spec["hostname"] = name;
        if (JsonTree.Text(set.Spec("serviceName")) is { Length: > 0 } service)
        {
            spec["subdomain"] = service;
        }

        var key = Pods.Key(set.NamespaceOf(), name);
        if (context.Store.Get(key) is not null)
        {
            // The one before is still ending.
            return;
        }

        Claim(context, set, name, spec);
        context.Store.Create(key, pod);
        context.Events.Record(set, "Normal", "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.NameOf()} successful", Component);
    }

    /// <summary>With whenScaled: Delete, the claims of a pod that goes for good go with it.</summary>
    public static void Bequeath(ControlContext context, JsonObject set, JsonObject pod)
    {
        if (JsonTree.Text(set.Spec("persistentVolumeClaimRetentionPolicy", "whenScaled")) != "Delete")
        {
            return;
        }

        foreach (var claim in set.Spec("volumeClaimTemplates").Items())
        {
            context.Store.Update(ClaimKey(set, claim, pod.NameOf()), c => Owned(c, pod));
        }
    }

    private static void Claim(ControlContext context, JsonObject set, string pod, JsonObject podSpec)
    {
        foreach (var claim in set.Spec("volumeClaimTemplates").Items())
        {
            var key = ClaimKey(set, claim, pod);
            if (context.Store.Get(key) is null)
            {
                context.Store.Create(key, NewClaim(set, claim));
                context.Events.Record(set, "Normal", "SuccessfulCreate", $"create Claim {key.Name} Pod {pod} in StatefulSet {set.NameOf()} success", Component);
            }

            if (podSpec["volumes"] is not JsonArray volumes)
            {
                podSpec["volumes"] = volumes = [];
            }

            volumes.Add(new JsonObject { ["name"] = claim.NameOf(), ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = key.Name } });
        }
    }

    private static JsonObject NewClaim(JsonObject set, JsonObject template)
    {
        var claim = JsonTree.Copy(template);
        claim["apiVersion"] = "v1";
        claim["kind"] = "PersistentVolumeClaim";
        claim["status"] = new JsonObject { ["phase"] = "Pending" };
        var labels = JsonTree.Child(JsonTree.Child(claim, "metadata"), "labels");
        foreach (var (name, value) in set.Spec("selector", "matchLabels") as JsonObject ?? [])
        {
            labels[name] = JsonTree.CopyNode(value);
        }

        return JsonTree.Text(set.Spec("persistentVolumeClaimRetentionPolicy", "whenDeleted")) == "Delete" ? Owned(claim, set) : claim;
    }

    private static JsonObject Owned(JsonObject claim, JsonObject owner)
    {
        var meta = JsonTree.Child(claim, "metadata");
        meta["ownerReferences"] = new JsonArray([.. meta["ownerReferences"].Items().Select(r => r.DeepClone()), owner.OwnerReference()]);
        return claim;
    }

    private static ObjectKey ClaimKey(JsonObject set, JsonObject template, string pod) =>
        new("", "persistentvolumeclaims", set.NamespaceOf(), $"{template.NameOf()}-{pod}");
}
