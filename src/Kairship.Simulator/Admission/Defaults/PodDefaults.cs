using System.Text.Json.Nodes;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;
using static Kairship.Simulator.Admission.Defaults.Defaulting;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Defaults of a pod's spec, in a pod or in a template.</summary>
internal static class PodDefaults
{
    public static void Apply(JsonObject spec)
    {
        Set(spec, "restartPolicy", "Always");
        Set(spec, "dnsPolicy", "ClusterFirst");
        Set(spec, "terminationGracePeriodSeconds", 30L);
        Set(spec, "securityContext", new JsonObject());
        Set(spec, "schedulerName", "default-scheduler");
        if (JsonTree.Text(spec["serviceAccountName"]) is { Length: > 0 } account)
            Set(spec, "serviceAccount", account);
        else if (JsonTree.Text(spec["serviceAccount"]) is { Length: > 0 } old)
            Set(spec, "serviceAccountName", old);
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var container in Items(spec[list]))
                Container(container);
        }
        foreach (var volume in Items(spec["volumes"]))
            Volume(volume);
    }

    /// <summary>What only a pod of its own gets, not a template.</summary>
    public static void StandAlone(JsonObject spec)
    {
        Set(spec, "enableServiceLinks", true);
        Set(spec, "serviceAccountName", "default");
        Set(spec, "serviceAccount", spec["serviceAccountName"]!.DeepClone());
        Set(spec, "preemptionPolicy", "PreemptLowerPriority");
        Set(spec, "priority", 0L);
        Tolerations.AddDefaults(spec);
    }

    public static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    static void Container(JsonObject container)
    {
        Set(container, "terminationMessagePath", "/dev/termination-log");
        Set(container, "terminationMessagePolicy", "File");
        Set(container, "resources", new JsonObject());
        if (JsonTree.Text(container["image"]) is { } image)
            Set(container, "imagePullPolicy", IsLatest(image) ? "Always" : "IfNotPresent");
        foreach (var port in Items(container["ports"]))
            Set(port, "protocol", "TCP");
        foreach (var variable in Items(container["env"]))
        {
            if (variable["valueFrom"]?["fieldRef"] is JsonObject field)
                Set(field, "apiVersion", "v1");
        }
        if (container["resources"] is JsonObject { } resources && resources["limits"] is JsonObject limits)
        {
            var requests = JsonTree.Child(resources, "requests");
            foreach (var (name, amount) in limits)
                Set(requests, name, amount!.DeepClone());
        }
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[probe] is JsonObject settings)
                Probe(settings);
        }
    }

    static void Probe(JsonObject probe)
    {
        Set(probe, "timeoutSeconds", 1L);
        Set(probe, "periodSeconds", 10L);
        Set(probe, "successThreshold", 1L);
        Set(probe, "failureThreshold", 3L);
        if (probe["httpGet"] is JsonObject get)
        {
            Set(get, "path", "/");
            Set(get, "scheme", "HTTP");
        }
        if (probe["grpc"] is JsonObject grpc)
            Set(grpc, "service", "");
    }

    static void Volume(JsonObject volume)
    {
        foreach (var source in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI", "projected"])
        {
            if (volume[source] is JsonObject files)
                Set(files, "defaultMode", 420L);
        }
        if (volume["hostPath"] is JsonObject path)
            Set(path, "type", "");
        if (volume.Count == 1)
            volume["emptyDir"] = new JsonObject();
    }

    static bool IsLatest(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return !image.Contains('@', StringComparison.Ordinal) && (!name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal));
    }
}
