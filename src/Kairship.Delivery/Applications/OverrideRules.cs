using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;

namespace Kairship.Delivery.Applications;

/// <summary>What overrides must satisfy beyond their shape.</summary>
internal static class OverrideRules
{
    private const int MaxRules = 500;
    private const int MaxOverriders = 100;
    private static readonly string[] Identity = ["/apiVersion", "/kind", "/metadata", "/metadata/name", "/metadata/namespace"];

    public static void Check(IReadOnlyList<OverrideRule> rules, ProblemList check)
    {
        check.Unless(rules.Count <= MaxRules, "spec.overrides", $"has {rules.Count} rules; at most {MaxRules}.");
        for (var i = 0; i < rules.Count; i++)
        {
            Rule(rules[i], $"spec.overrides[{i}]", check);
        }
    }

    private static void Rule(OverrideRule rule, string path, ProblemList check)
    {
        SelectorRules.Affinity(rule.TargetCluster, $"{path}.targetCluster", check);
        check.Unless(rule.Name is null or { Length: > 0 and <= 253 }, $"{path}.name", "must have from 1 to 253 characters.");
        check.Unless(rule.ResourceSelectors.Count <= MaxOverriders, $"{path}.resourceSelectors", $"has {rule.ResourceSelectors.Count} entries; at most {MaxOverriders}.");
        Each(rule.ResourceSelectors, $"{path}.resourceSelectors", (selector, at) => SelectorRules.Selector(selector.LabelSelector, $"{at}.labelSelector", check));
        var overriders = rule.ImageOverriders.Count + rule.CommandOverriders.Count + rule.ArgsOverriders.Count + rule.LabelsOverriders.Count
            + rule.AnnotationsOverriders.Count + rule.FieldOverriders.Count + rule.PlaintextOverriders.Count;
        check.Unless(overriders > 0, $"{path}.overriders", "is empty: the override changes nothing.");
        check.Unless(overriders <= MaxOverriders, $"{path}.overriders", $"has {overriders} entries; at most {MaxOverriders}.");
        path = $"{path}.overriders";
        Each(rule.ImageOverriders, $"{path}.imageOverrider", (o, at) => Image(o, at, check));
        Each(rule.CommandOverriders, $"{path}.commandOverrider", (o, at) => List(o, at, check));
        Each(rule.ArgsOverriders, $"{path}.argsOverrider", (o, at) => List(o, at, check));
        Each(rule.LabelsOverriders, $"{path}.labelsOverrider", (o, at) => Map(o, at, check, isLabel: true));
        Each(rule.AnnotationsOverriders, $"{path}.annotationsOverrider", (o, at) => Map(o, at, check, isLabel: false));
        Each(rule.FieldOverriders, $"{path}.fieldOverrider", (o, at) => Field(o, at, check));
        Each(rule.PlaintextOverriders, $"{path}.plaintext", (o, at) => Patch(o, at, "path", check));
        Each(rule.PlaintextOverriders, $"{path}.plaintext", (o, at) =>
            check.Unless(!Identity.Contains(o.Path), $"{at}.path", $"'{o.Path}' is what names an object; an override cannot make another one of it."));
    }

    private static void Each<T>(IReadOnlyList<T> items, string path, Action<T, string> act)
    {
        for (var i = 0; i < items.Count; i++)
        {
            act(items[i], $"{path}[{i}]");
        }
    }

    private static void Image(ImageOverrider overrider, string path, ProblemList check)
    {
        check.Unless(overrider.Path is null || JsonPointer.IsPointer(overrider.Path), $"{path}.predicate.path", $"'{overrider.Path}' is not {JsonPointer.Rule}.");
        check.Unless(overrider.Path is null || overrider.Container is null, $"{path}.container", "stands beside predicate; keep one of the two.");
        if (overrider.Operator == OverrideOperator.Remove)
        {
            check.Unless(overrider.Value is null, $"{path}.value", "has no meaning with 'remove'; leave it out.");
            check.Unless(overrider.Component != ImageComponent.Repository, $"{path}.operator", "an image cannot do without its repository; use 'replace'.");
            return;
        }

        check.Unless(!string.IsNullOrEmpty(overrider.Value), $"{path}.value", $"is missing: '{overrider.Operator.ToString().ToLowerInvariant()}' needs one.");
        if (overrider.Operator == OverrideOperator.Replace && overrider.Value is { Length: > 0 } value)
        {
            var fits = overrider.Component switch
            {
                // A mirror often has a path of its own: "mirror.example/proxy".
                ImageComponent.Registry => ImageReference.TryParse($"{value}/x", out _),
                ImageComponent.Repository => ImageReference.IsRepository(value),
                _ => ImageReference.IsTag(value) || ImageReference.IsDigest(value),
            };
            check.Unless(fits, $"{path}.value", $"'{value}' is not a {overrider.Component.ToString().ToLowerInvariant()} of an image reference.");
        }
    }

    private static void List(ListOverrider overrider, string path, ProblemList check) =>
        check.Unless(overrider.Value.Count > 0 || overrider.Operator == OverrideOperator.Replace, $"{path}.value", "is empty: the override changes nothing.");

    private static void Map(MapOverrider overrider, string path, ProblemList check, bool isLabel)
    {
        check.Unless(overrider.Value.Count > 0, $"{path}.value", "is empty: the override changes nothing.");
        foreach (var (key, value) in overrider.Value)
        {
            check.Unless(DnsName.IsLabelKey(key), $"{path}.value['{key}']", $"'{key}' is not a key: an optional prefix as 'example.com/', then letters, digits, '-', '_' and '.', at most 63.");
            check.Unless(!isLabel || DnsName.IsLabelValue(value), $"{path}.value['{key}']", $"'{value}' is not a label's value: letters, digits, '-', '_' and '.', at most 63.");
        }
    }

    private static void Field(FieldOverrider overrider, string path, ProblemList check)
    {
        var format = overrider.Format.ToString().ToLowerInvariant();
        check.Unless(JsonPointer.IsPointer(overrider.FieldPath), $"{path}.fieldPath", $"'{overrider.FieldPath}' is not {JsonPointer.Rule}.");
        check.Unless(overrider.Patches.Count is > 0 and <= MaxOverriders, $"{path}.{format}", $"must have from 1 to {MaxOverriders} entries.");
        Each(overrider.Patches, $"{path}.{format}", (patch, at) => Patch(patch, at, "subPath", check));
    }

    private static void Patch(PatchOverrider patch, string path, string field, ProblemList check)
    {
        check.Unless(JsonPointer.IsPointer(patch.Path), $"{path}.{field}", $"'{patch.Path}' is not {JsonPointer.Rule}.");
        check.Unless(
            patch.Operator != OverrideOperator.Remove || patch.Value is null, $"{path}.value", "has no meaning with 'remove'; leave it out.");
        check.Unless(
            patch.Operator == OverrideOperator.Remove || patch.Value is not null, $"{path}.value", $"is missing: '{patch.Operator.ToString().ToLowerInvariant()}' needs one.");
    }
}
