using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Selectors;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>What workloads must say, and what they may not change.</summary>
internal static class WorkloadRules
{
    static readonly string[] ChangeableStatefulSet =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static void Check(ResourceType type, JsonObject obj, JsonObject? old, Violations violations)
    {
        var spec = obj["spec"] as JsonObject;
        switch (type.Plural)
        {
            case "deployments":
                Selected(spec, "deployment", violations);
                Deployment(spec, violations);
                Immutable(old, spec, violations);
                break;
            case "replicasets":
                Selected(spec, "deployment", violations);
                Immutable(old, spec, violations);
                break;
            case "daemonsets":
                Selected(spec, "daemonset", violations);
                Immutable(old, spec, violations);
                break;
            case "statefulsets":
                Selected(spec, "statefulset", violations);
                if (old?["spec"] is JsonObject before && spec is not null && !SameBut(before, spec, ChangeableStatefulSet))
                    violations.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
                break;
            case "jobs":
                Job(spec, "spec", violations);
                if (old?["spec"] is JsonObject was && spec is not null)
                    JobUpdate(was, spec, violations);
                break;
            case "cronjobs":
                if (JsonTree.Text(spec?["schedule"]) is not { Length: > 0 })
                    violations.Required("spec.schedule");
                Job(spec?["jobTemplate"]?["spec"] as JsonObject, "spec.jobTemplate.spec", violations);
                break;
        }
    }

    static void JobUpdate(JsonObject old, JsonObject spec, Violations violations)
    {
        violations.Immutable("spec.completions", old["completions"], spec["completions"]);
        if (!JsonNode.DeepEquals(old["selector"], spec["selector"]))
            violations.InvalidAs("spec.selector", Shown(spec["selector"]), "field is immutable");
        violations.Immutable("spec.template", old["template"], spec["template"]);
        violations.Immutable("spec.completionMode", old["completionMode"], spec["completionMode"]);
    }

    static void Selected(JsonObject? spec, string kind, Violations violations)
    {
        violations.AtLeast("spec.replicas", spec?["replicas"], 0);
        violations.AtLeast("spec.minReadySeconds", spec?["minReadySeconds"], 0);
        violations.AtLeast("spec.revisionHistoryLimit", spec?["revisionHistoryLimit"], 0);
        var labels = spec?["template"]?["metadata"]?["labels"] as JsonObject;
        if (spec?["selector"] is not JsonObject selector)
            violations.Required("spec.selector");
        else if (selector.Count == 0)
            violations.InvalidAs("spec.selector", GoText.Selector(selector), $"empty selector is invalid for {kind}");
        if (spec?["selector"] is not JsonObject wanted || !LabelSelector.Of(wanted).Matches(labels))
            violations.InvalidAs("spec.template.metadata.labels", GoText.Texts(labels), "`selector` does not match template `labels`");
        Names.Labels(labels, "spec.template.metadata.labels", violations);
        var pod = spec?["template"]?["spec"] as JsonObject;
        PodRules.Spec(pod, "spec.template.spec", violations);
        if (pod is not null && JsonTree.Text(pod["restartPolicy"]) is "OnFailure" or "Never")
            violations.OneOf("spec.template.spec.restartPolicy", pod!["restartPolicy"], "Always");
    }

    static void Deployment(JsonObject? spec, Violations violations)
    {
        var strategy = spec?["strategy"] as JsonObject;
        violations.OneOf("spec.strategy.type", strategy?["type"] ?? "RollingUpdate", "Recreate", "RollingUpdate");
        var rolling = strategy?["rollingUpdate"];
        if (JsonTree.Text(strategy?["type"]) == "Recreate" && rolling is not null)
            violations.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        foreach (var name in (ReadOnlySpan<string>)["maxSurge", "maxUnavailable"])
        {
            if (rolling?[name] is { } share && !IsShare(share))
                violations.Invalid($"spec.strategy.rollingUpdate.{name}", share, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
        }
        if (rolling is not null && IsZero(rolling["maxSurge"]) && IsZero(rolling["maxUnavailable"]))
            violations.Invalid("spec.strategy.rollingUpdate.maxUnavailable", rolling["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
        if (JsonTree.Number(spec?["progressDeadlineSeconds"]) is { } deadline && deadline <= (JsonTree.Number(spec?["minReadySeconds"]) ?? 0))
            violations.Invalid("spec.progressDeadlineSeconds", spec!["progressDeadlineSeconds"], "must be greater than minReadySeconds");
    }

    static void Job(JsonObject? spec, string field, Violations violations)
    {
        var pod = spec?["template"]?["spec"] as JsonObject;
        PodRules.Spec(pod, field + ".template.spec", violations);
        if (JsonTree.Text(pod?["restartPolicy"]) == "Always")
            violations.Required(field + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        foreach (var count in (ReadOnlySpan<string>)["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"])
            violations.AtLeast($"{field}.{count}", spec?[count], 0);
    }

    static void Immutable(JsonObject? old, JsonObject? spec, Violations violations)
    {
        if (old?["spec"]?["selector"] is { } was && !JsonNode.DeepEquals(was, spec?["selector"]))
            violations.InvalidAs("spec.selector", Shown(spec?["selector"]), "field is immutable");
    }

    static string Shown(JsonNode? selector) => selector is JsonObject given ? GoText.Selector(given) : "\"null\"";

    static bool SameBut(JsonObject old, JsonObject next, string[] changeable) =>
        old.Select(p => p.Key).Union(next.Select(p => p.Key)).Except(changeable).All(k => JsonNode.DeepEquals(old[k], next[k]));

    static bool IsShare(JsonNode share) =>
        JsonTree.Number(share) is >= 0 || (JsonTree.Text(share) is { } text && text.EndsWith('%') && int.TryParse(text[..^1], out var percent) && percent >= 0);

    static bool IsZero(JsonNode? share) => JsonTree.Number(share) == 0 || (JsonTree.Text(share) is { } text && text.TrimEnd('%') == "0");
}
