using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>Pods with an ordinal, a stable name and their own volume claims.</summary>
internal static class StatefulPod
{
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

        Claim(context, set, name, spec);
        var key = Pods.Key(set.NamespaceOf(), name);
        if (context.Store.Get(key) is null)
        {
            context.Store.Create(key, pod);
        }
    }

    private static void Claim(ControlContext context, JsonObject set, string pod, JsonObject podSpec)
    {
        foreach (var claim in set.Spec("volumeClaimTemplates").Items())
        {
            var volume = claim.NameOf();
            var key = new ObjectKey("", "persistentvolumeclaims", set.NamespaceOf(), $"{volume}-{pod}");
            if (context.Store.Get(key) is null)
            {
                var created = JsonTree.Copy(claim);
                created["apiVersion"] = "v1";
                created["kind"] = "PersistentVolumeClaim";
                context.Store.Create(key, created);
            }

            if (podSpec["volumes"] is not JsonArray volumes)
            {
                podSpec["volumes"] = volumes = [];
            }

            volumes.Add(new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = key.Name } });
        }
    }
}
