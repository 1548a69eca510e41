using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>What a CustomResourceDefinition must say, and what of it may not change.</summary>
internal static class DefinitionRules
{
    const string Validation = "spec.validation.openAPIV3Schema";

    public static void Check(JsonObject definition, JsonObject? old, Violations violations)
    {
        var spec = definition["spec"] as JsonObject ?? [];
        var versions = Versions(spec);
        Group(definition, spec, old is null, violations);
        if (JsonTree.Text(spec["scope"]) is not { Length: > 0 })
            violations.Required("spec.scope");
        else
            violations.OneOf("spec.scope", spec["scope"], "Cluster", "Namespaced");
        Names(spec["names"] as JsonObject ?? [], violations);
        Storage(versions, violations);
        Versions(versions, violations);
        if (spec["preserveUnknownFields"] is JsonValue preserve && preserve.TryGetValue<bool>(out var flag) && flag)
            violations.Invalid("spec.preserveUnknownFields", true, "cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead");
        Conversion(spec["conversion"] as JsonObject, violations);
        if (old is not null)
            Unchanged(definition, old, versions, violations);
    }

    static List<JsonObject> Versions(JsonObject spec) => [.. (spec["versions"] as JsonArray ?? []).OfType<JsonObject>()];

    static void Group(JsonObject definition, JsonObject spec, bool isNew, Violations violations)
    {
        var group = JsonTree.Text(spec["group"]) ?? "";
        if (group.Length == 0)
            violations.Required("spec.group");
        else if (!group.Contains('.', StringComparison.Ordinal))
            violations.Invalid("spec.group", group, "should be a domain with at least one dot");
        else if (isNew && JsonTree.Text(definition["metadata"]!["name"]) != $"{JsonTree.Text(spec["names"]?["plural"])}.{group}")
            violations.Invalid("metadata.name", definition["metadata"]!["name"], "must be spec.names.plural+\".\"+spec.group");
        var isProtected = group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);
        if (isProtected && JsonTree.Text(definition["metadata"]!["annotations"]?["api-approved.kubernetes.io"]) is not { Length: > 0 })
        {
            violations.Required(
                "metadata.annotations[api-approved.kubernetes.io]",
                "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");
        }
    }

    static void Names(JsonObject names, Violations violations)
    {
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            var name = JsonTree.Text(names[field]) ?? "";
            var isKind = field is "kind" or "listKind";
            if (name.Length == 0)
                violations.Required($"spec.names.{field}");
            else if (!Rules.Names.IsServiceName(isKind ? name.ToLowerInvariant() : name))
                violations.Invalid($"spec.names.{field}", name, (isKind ? "may have mixed case, but should otherwise match: " : "") + Rules.Names.ServiceRule);
        }
        foreach (var list in (ReadOnlySpan<string>)["shortNames", "categories"])
        {
            var index = 0;
            foreach (var name in (names[list] as JsonArray ?? []).Select(n => JsonTree.Text(n) ?? ""))
            {
                if (!Rules.Names.IsServiceName(name))
                    violations.Invalid($"spec.names.{list}[{index}]", name, Rules.Names.ServiceRule);
                index++;
            }
        }
    }

    static void Storage(List<JsonObject> versions, Violations violations)
    {
        var shown = $"[]apiextensions.CustomResourceDefinitionVersion{{{string.Join(", ", versions.Select(v => GoText.Quote(JsonTree.Text(v["name"]) ?? "")))}}}";
        if (versions.Count(v => IsTrue(v["storage"])) != 1)
            violations.InvalidAs("spec.versions", shown, "must have exactly one version marked as storage version");
        if (versions.DistinctBy(v => JsonTree.Text(v["name"])).Count() != versions.Count)
            violations.InvalidAs("spec.versions", shown, "must contain unique version names");
        if (versions.Count == 0)
            violations.InvalidAs("status.storedVersions", "[]string(nil)", "must have at least one stored version");
    }

    static void Versions(List<JsonObject> versions, Violations violations)
    {
        // One schema for all versions is reported once, at the place that it had before versions had schemas.
        var shared = versions.Count > 0 && versions.TrueForAll(v => JsonNode.DeepEquals(v["schema"], versions[0]["schema"]));
        for (var i = 0; i < versions.Count; i++)
        {
            var at = $"spec.versions[{i}]";
            var name = JsonTree.Text(versions[i]["name"]) ?? "";
            if (!Rules.Names.IsServiceName(name))
                violations.Invalid($"{at}.name", name, Rules.Names.ServiceRule);
            if (versions[i]["schema"]?["openAPIV3Schema"] is not JsonObject schema)
                violations.Required($"{at}.schema.openAPIV3Schema", "schemas are required");
            else if (!shared || i == 0)
                StructuralRules.Check(schema, shared ? Validation : $"{at}.schema.openAPIV3Schema", versions[i]["subresources"]?["status"] is not null, violations);
            Columns(versions[i]["additionalPrinterColumns"] as JsonArray ?? [], versions.Count == 1 ? "spec" : at, violations);
            if (versions[i]["subresources"]?["scale"] is JsonObject scale)
                Scale(scale, versions.Count == 1 ? "spec.subresources.scale" : $"{at}.subresources.scale", violations);
        }
    }

    static void Columns(JsonArray columns, string at, Violations violations)
    {
        var index = 0;
        foreach (var column in columns.OfType<JsonObject>())
        {
            var field = $"{at}.additionalPrinterColumns[{index++}]";
            if (JsonTree.Text(column["name"]) is not { Length: > 0 })
                violations.Required($"{field}.name");
            if (JsonTree.Text(column["type"]) is not ("boolean" or "date" or "integer" or "number" or "string"))
                violations.Invalid($"{field}.type", column["type"] ?? "", "must be one of boolean,date,integer,number,string");
            if (JsonTree.Text(column["jsonPath"]) is not ['.', ..])
                violations.Invalid($"{field}.JSONPath", column["jsonPath"] ?? "", "must be a simple json path starting with .");
        }
    }

    static void Scale(JsonObject scale, string at, Violations violations)
    {
        foreach (var (field, root) in (ReadOnlySpan<(string, string)>)[("specReplicasPath", ".spec."), ("statusReplicasPath", ".status."), ("labelSelectorPath", ".s")])
        {
            var path = JsonTree.Text(scale[field]) ?? "";
            if (path.Length == 0 && field != "labelSelectorPath")
                violations.Required($"{at}.{field}");
            else if (path.Length > 0 && path[0] != '.')
                violations.Invalid($"{at}.{field}", path, "must be a simple json path starting with .");
            else if (path.Length > 0 && !path.StartsWith(root, StringComparison.Ordinal))
                violations.Invalid($"{at}.{field}", path, field == "labelSelectorPath" ? "should be a json path under either .spec or .status" : $"should be a json path under {root.TrimEnd('.')}");
        }
    }

    static void Conversion(JsonObject? conversion, Violations violations)
    {
        if (JsonTree.Text(conversion?["strategy"]) != "Webhook")
            return;
        var webhook = conversion!["webhook"];
        if (webhook?["clientConfig"] is null)
            violations.Required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook");
        if (webhook?["conversionReviewVersions"] is not JsonArray { Count: > 0 })
            violations.Required("spec.conversion.conversionReviewVersions");
    }

    static void Unchanged(JsonObject definition, JsonObject old, List<JsonObject> versions, Violations violations)
    {
        foreach (var path in (ReadOnlySpan<string[]>)[["group"], ["scope"], ["names", "plural"], ["names", "kind"]])
            violations.Immutable("spec." + string.Join('.', path), JsonTree.At(old["spec"], path), JsonTree.At(definition["spec"], path));
        var index = 0;
        foreach (var stored in (definition["status"]?["storedVersions"] as JsonArray ?? []).Select(v => JsonTree.Text(v) ?? ""))
        {
            if (!versions.Exists(v => JsonTree.Text(v["name"]) == stored))
                violations.Invalid($"status.storedVersions[{index}]", stored, "must appear in spec.versions");
            index++;
        }
    }

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
