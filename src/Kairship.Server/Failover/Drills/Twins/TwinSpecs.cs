using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Plans;

namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>
/// What of an application is another in a twin: no value of a Secret gets there, and nobody outside is asked for anything, neither people nor fence hooks.
/// </summary>
internal static class TwinSpecs
{
    /// <summary>Stands for each value of a Secret ("twin").</summary>
    public const string SecretValue = "dHdpbg==";

    public const string SecretText = "twin";

    public static ApplicationCopy Of(ApplicationCopy real) => real with
    {
        Spec = Of(real.Spec), Released = Of(real.Released), Manifests = [.. real.Manifests.Select(WithoutSecrets)],
        Differences = [.. Differences(real.Spec, Statefulness.Of(real.Spec, real.Manifests))],
    };

    /// <summary>What a drill does otherwise than a real failover would, as sentences for its report.</summary>
    private static IEnumerable<string> Differences(Application real, string? stateful)
    {
        if (real.Failover.Approval != FailoverApproval.None)
        {
            yield return $"{real.Name} asks people before it is moved ({real.Failover.Approval}); the drill did not wait for them.";
        }

        if (stateful is not null)
        {
            yield return $"{stateful} The drill took it as confirmed at once that the lost cluster runs nothing; in earnest "
                + (real.Failover.Stateful?.Fencing == FencingMode.Hook ? "its fence hook is asked." : "a person has to confirm that.");
        }
    }

    private static Application Of(Application real) => real with
    {
        Failover = real.Failover with
        {
            Approval = FailoverApproval.None, ApprovalAbove = null,
            Stateful = real.Failover.Stateful is null ? null : real.Failover.Stateful with { Fencing = FencingMode.Confirm, Hook = null },
        },
        Overrides = [.. real.Overrides.Select(WithoutSecrets).OfType<OverrideRule>()],
    };

    private static Manifest WithoutSecrets(Manifest manifest)
    {
        if (!SecretMask.IsSecret(manifest.Ref))
        {
            return manifest;
        }

        var json = (JsonObject)manifest.Json.DeepClone();
        (json["metadata"]?["annotations"] as JsonObject)?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        Replace(json["data"], SecretValue);
        Replace(json["stringData"], SecretText);
        return Manifest.From(json);
    }

    private static void Replace(JsonNode? values, string with)
    {
        foreach (var key in (values as JsonObject)?.Select(v => v.Key).ToList() ?? [])
        {
            values![key] = with;
        }
    }

    /// <summary>null: it changes nothing but Secrets.</summary>
    private static OverrideRule? WithoutSecrets(OverrideRule rule)
    {
        if (rule.ResourceSelectors.Count > 0 && rule.ResourceSelectors.All(s => s.Kind != "Secret"))
        {
            return rule;
        }

        return rule.ResourceSelectors.Count > 0 && rule.ResourceSelectors.All(s => s.Kind == "Secret")
            ? null
            : rule with { PlaintextOverriders = [.. rule.PlaintextOverriders.Select(WithoutSecrets)] };
    }

    // Where it is a Secret's only its path tells; of a ConfigMap it does no harm.
    private static PatchOverrider WithoutSecrets(PatchOverrider patch) =>
        patch.Value is null ? patch
        : patch.Path is "/data" or "/stringData" && patch.Value is JsonObject whole ? patch with { Value = Masked(whole, patch.Path == "/data" ? SecretValue : SecretText) }
        : patch.Path.StartsWith("/data/", StringComparison.Ordinal) ? patch with { Value = SecretValue }
        : patch.Path.StartsWith("/stringData/", StringComparison.Ordinal) ? patch with { Value = SecretText }
        : patch;

    private static JsonObject Masked(JsonObject values, string with)
    {
        var masked = (JsonObject)values.DeepClone();
        Replace(masked, with);
        return masked;
    }
}
