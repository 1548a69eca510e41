using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Services, Ingresses.</summary>
internal static class NetworkRules
{
    public static void Service(JsonObject service, JsonObject? old, Violations violations)
    {
        var spec = service["spec"] as JsonObject;
        var type = JsonTree.Text(spec?["type"]) ?? "ClusterIP";
        violations.OneOf("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        var headless = JsonTree.Text(spec?["clusterIP"]) == "None";
        if (type == "ExternalName")
        {
            if (JsonTree.Text(spec?["externalName"]) is not { Length: > 0 })
                violations.Required("spec.externalName");
        }
        else if (spec?["ports"] is not JsonArray { Count: > 0 } && !headless)
        {
            violations.Required("spec.ports");
        }
        Ports(spec?["ports"] as JsonArray ?? [], violations);
        violations.OneOf("spec.sessionAffinity", spec?["sessionAffinity"] ?? "None", "ClientIP", "None");
        if (type != "ExternalName" && JsonTree.Text(spec?["clusterIP"]) is { Length: > 0 } address && address != "None" && !System.Net.IPAddress.TryParse(address, out _))
            violations.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        if (old?["spec"]?["clusterIP"] is { } was && type != "ExternalName" && JsonTree.Text(old["spec"]!["type"]) != "ExternalName"
            && !JsonNode.DeepEquals(was, spec?["clusterIP"]))
            violations.InvalidAs("spec.clusterIPs[0]", GoText.Texts(new JsonArray(spec?["clusterIP"]?.DeepClone())), "may not change once set");
        if (spec?["clusterIPs"] is JsonArray { Count: > 0 } addresses && JsonTree.Text(addresses[0]) != JsonTree.Text(spec["clusterIP"]))
            violations.InvalidAs("spec.clusterIPs", GoText.Texts(addresses), "element [0] must match clusterIP");
    }

    public static void Ingress(JsonObject ingress, Violations violations)
    {
        var spec = ingress["spec"] as JsonObject;
        if (spec?["rules"] is not JsonArray { Count: > 0 } && spec?["defaultBackend"] is null)
            violations.InvalidAs("spec", "[]networking.IngressRule(nil)", "either `defaultBackend` or `rules` must be specified");
        var rule = 0;
        foreach (var paths in PodDefaults.Items(spec?["rules"]).Select(r => PodDefaults.Items(r["http"]?["paths"]).ToList()))
        {
            for (var i = 0; i < paths.Count; i++)
            {
                var at = $"spec.rules[{rule}].http.paths[{i}]";
                violations.OneOf($"{at}.pathType", paths[i]["pathType"], "Exact", "ImplementationSpecific", "Prefix");
                if (JsonTree.Text(paths[i]["pathType"]) is "Exact" or "Prefix" && JsonTree.Text(paths[i]["path"]) is not ['/', ..])
                    violations.Invalid($"{at}.path", paths[i]["path"] ?? "", "must be an absolute path");
                if (paths[i]["backend"]?["service"] is null && paths[i]["backend"]?["resource"] is null)
                    violations.Invalid($"{at}.backend", "", "resource or service backend is required");
                if (paths[i]["backend"]?["service"] is JsonObject service && JsonTree.Text(service["name"]) is not { Length: > 0 })
                    violations.Required($"{at}.backend.service.name");
            }
            rule++;
        }
    }

    static void Ports(JsonArray ports, Violations violations)
    {
        var seen = new HashSet<string>();
        var names = new HashSet<string>();
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i] is not JsonObject port)
                continue;
            var at = $"spec.ports[{i}]";
            var name = JsonTree.Text(port["name"]) ?? "";
            if (name.Length == 0 && ports.Count > 1)
                violations.Required($"{at}.name");
            else if (name.Length > 0 && !names.Add(name))
                violations.Duplicate($"{at}.name", name);
            if (JsonTree.Number(port["port"]) is not (>= 1 and <= 65535))
                violations.Invalid($"{at}.port", port["port"] ?? 0, "must be between 1 and 65535, inclusive");
            else if (!seen.Add($"{port["protocol"]}/{port["port"]}"))
                violations.Duplicate(at, new JsonObject { ["port"] = port["port"]!.DeepClone(), ["protocol"] = port["protocol"]?.DeepClone() });
            if (JsonTree.Number(port["targetPort"]) is { } target and not (>= 1 and <= 65535))
                violations.Invalid($"{at}.targetPort", target, "must be between 1 and 65535, inclusive");
            violations.OneOf($"{at}.protocol", port["protocol"] ?? "TCP", "SCTP", "TCP", "UDP");
            if (JsonTree.Number(port["nodePort"]) is { } node and not 0 and not (>= 30000 and <= 32767))
                violations.Invalid($"{at}.nodePort", node, "provided port is not in the valid range. The range of valid ports is 30000-32767");
        }
    }
}
