using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>What a pod's spec must say.</summary>
internal static partial class PodRules
{
    // In the order in which a real API server looks at them.
    static readonly string[] Sources =
        ["emptyDir", "hostPath", "secret", "nfs", "iscsi", "persistentVolumeClaim", "downwardAPI", "fc", "configMap", "projected", "csi", "ephemeral"];

    public static void Spec(JsonObject? spec, string field, Violations violations)
    {
        var volumes = new HashSet<string>();
        var index = 0;
        foreach (var volume in PodDefaults.Items(spec?["volumes"]))
        {
            Name(volume, $"{field}.volumes[{index}].name", violations);
            if (JsonTree.Text(volume["name"]) is { Length: > 0 } name && !volumes.Add(name))
                violations.Duplicate($"{field}.volumes[{index}].name", name);
            if (Sources.Where(s => volume[s] is not null).Skip(1).FirstOrDefault() is { } second)
                violations.Forbidden($"{field}.volumes[{index}].{second}", "may not specify more than 1 volume type");
            index++;
        }
        var names = new HashSet<string>();
        if (spec?["containers"] is not JsonArray { Count: > 0 })
            violations.Required($"{field}.containers");
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            index = 0;
            foreach (var container in PodDefaults.Items(spec?[list]))
                Container(container, $"{field}.{list}[{index++}]", names, volumes, violations);
        }
        violations.OneOf($"{field}.restartPolicy", spec?["restartPolicy"] ?? "Always", "Always", "OnFailure", "Never");
        violations.OneOf($"{field}.dnsPolicy", spec?["dnsPolicy"] ?? "ClusterFirst", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        violations.AtLeast($"{field}.terminationGracePeriodSeconds", spec?["terminationGracePeriodSeconds"], 0);
    }

    static void Container(JsonObject container, string field, HashSet<string> names, HashSet<string> volumes, Violations violations)
    {
        Name(container, field + ".name", violations);
        if (JsonTree.Text(container["name"]) is { Length: > 0 } name && !names.Add(name))
            violations.Duplicate(field + ".name", name);
        if (JsonTree.Text(container["image"]) is not { Length: > 0 } image)
            violations.Required(field + ".image");
        else if (image.Trim() != image)
            violations.Invalid(field + ".image", image, "must not have leading or trailing whitespace");
        if (container["imagePullPolicy"] is { } policy)
            violations.OneOf(field + ".imagePullPolicy", policy, "Always", "IfNotPresent", "Never");
        Ports(container, field, violations);
        var index = 0;
        foreach (var variable in PodDefaults.Items(container["env"]))
        {
            if (JsonTree.Text(variable["name"]) is not { Length: > 0 })
                violations.Required($"{field}.env[{index}].name");
            index++;
        }
        Mounts(container, field, volumes, violations);
        Resources(container["resources"] as JsonObject, field + ".resources", violations);
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            Probe(container[probe] as JsonObject, $"{field}.{probe}", violations);
    }

    static void Ports(JsonObject container, string field, Violations violations)
    {
        var index = 0;
        var names = new HashSet<string>();
        foreach (var port in PodDefaults.Items(container["ports"]))
        {
            var at = $"{field}.ports[{index++}]";
            if (JsonTree.Number(port["containerPort"]) is not { } number)
                violations.Required(at + ".containerPort");
            else if (number is < 1 or > 65535)
                violations.Invalid(at + ".containerPort", port["containerPort"], "must be between 1 and 65535, inclusive");
            if (port["protocol"] is { } protocol)
                violations.OneOf(at + ".protocol", protocol, "SCTP", "TCP", "UDP");
            if (JsonTree.Text(port["name"]) is { Length: > 15 } name)
                violations.Invalid(at + ".name", name, "must be no more than 15 characters");
            else if (JsonTree.Text(port["name"]) is { Length: > 0 } shortName && !names.Add(shortName))
                violations.Duplicate(at + ".name", shortName);
        }
    }

    static void Mounts(JsonObject container, string field, HashSet<string> volumes, Violations violations)
    {
        var index = 0;
        var paths = new HashSet<string>();
        foreach (var mount in PodDefaults.Items(container["volumeMounts"]))
        {
            var at = $"{field}.volumeMounts[{index++}]";
            if (JsonTree.Text(mount["name"]) is not { Length: > 0 } name)
                violations.Required(at + ".name");
            else if (!volumes.Contains(name))
                violations.NotFound(at + ".name", name);
            if (JsonTree.Text(mount["mountPath"]) is not { Length: > 0 } path)
                violations.Required(at + ".mountPath");
            else if (!paths.Add(path))
                violations.Invalid(at + ".mountPath", path, "must be unique");
        }
    }

    static void Resources(JsonObject? resources, string field, Violations violations)
    {
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (name, amount) in resources?[list] as JsonObject ?? [])
            {
                if (Amount(amount) < 0)
                    violations.Invalid($"{field}.{list}[{name}]", amount, "must be greater than or equal to 0");
            }
        }
        foreach (var (name, request) in resources?["requests"] as JsonObject ?? [])
        {
            if (resources?["limits"]?[name] is { } limit && Amount(request) > Amount(limit))
                violations.Invalid($"{field}.requests", request, $"must be less than or equal to {name} limit of {limit}");
        }
    }

    static void Probe(JsonObject? probe, string field, Violations violations)
    {
        if (probe is null)
            return;
        if (!new[] { "httpGet", "exec", "tcpSocket", "grpc" }.Any(h => probe[h] is not null))
            violations.Required(field, "must specify a handler type");
        foreach (var number in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
            violations.AtLeast($"{field}.{number}", probe[number], 0);
    }

    static void Name(JsonObject item, string field, Violations violations)
    {
        if (JsonTree.Text(item["name"]) is not { Length: > 0 })
            violations.Required(field);
        else
            Names.Label(field, item["name"], violations);
    }

    /// <summary>A quantity as a number; null when it is none.</summary>
    public static double? Amount(JsonNode? quantity)
    {
        var match = Quantity().Match(quantity is JsonValue value && value.TryGetValue<string>(out var text) ? text : quantity?.ToJsonString() ?? "");
        if (!match.Success)
            return null;
        var number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return number * match.Groups["unit"].Value switch
        {
            "n" => 1e-9,
            "u" => 1e-6,
            "m" => 1e-3,
            "k" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "P" => 1e15,
            "E" => 1e18,
            "Ki" => 1024d,
            "Mi" => 1024d * 1024,
            "Gi" => 1024d * 1024 * 1024,
            "Ti" => Math.Pow(1024, 4),
            "Pi" => Math.Pow(1024, 5),
            "Ei" => Math.Pow(1024, 6),
            _ => 1,
        };
    }

    [GeneratedRegex(@"^(?<number>[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)(?<unit>[numkMGTPE]|[KMGTPE]i)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quantity();
}
