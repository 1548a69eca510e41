using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>Custom kinds that have just been defined: their objects are applied once the kind is established and discovery has it.</summary>
internal sealed class Definitions(ClusterConnection connection, TimeProvider clock)
{
    /// <summary>The kind that a CustomResourceDefinition defines, and the apiVersions that it is served in.</summary>
    public static (string Group, string Kind, IReadOnlyList<string> ApiVersions) Defined(Manifest definition)
    {
        var spec = definition.Json["spec"];
        var group = spec?["group"]?.ToString() ?? "";
        var versions = (spec?["versions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(v => v["served"] is not JsonValue served || !served.TryGetValue<bool>(out var on) || on)
            .Select(v => v["name"]?.ToString()).OfType<string>()
            .DefaultIfEmpty(spec?["version"]?.ToString());
        return (group, spec?["names"]?["kind"]?.ToString() ?? "", [.. versions.OfType<string>().Select(v => $"{group}/{v}")]);
    }

    /// <summary>Waits until the kind may be used; what has been applied as it is, or the failure.</summary>
    public async Task<ObjectApplied> SettleAsync(Manifest definition, ObjectApplied applied, CancellationToken cancellationToken)
    {
        JsonObject? live = null;
        var timeout = connection.Options.SettleTimeout;
        var established = await Settling.UntilAsync(clock, timeout, async () =>
        {
            live = await connection.Resources.GetAsync(applied.Ref, cancellationToken);
            return live is not null && Status.Conditions.Of(live).Any(c => c is { Type: "Established", Status: "True" });
        }, cancellationToken);
        if (!established)
        {
            var refused = live is null ? "" : string.Concat(
                Status.Conditions.Of(live).Where(c => c is { Type: "NamesAccepted", Status: "False" }).Select(c => $": {c.Message}"));
            return Failed(applied, $"applied, but not established within {timeout.TotalSeconds:0} s{refused}");
        }

        var (_, kind, apiVersions) = Defined(definition);
        var served = await Settling.UntilAsync(clock, timeout, async () =>
        {
            if (await AreServedAsync(kind, apiVersions, cancellationToken))
            {
                return true;
            }

            await connection.Discovery.RefreshAsync(force: true, cancellationToken);
            return await AreServedAsync(kind, apiVersions, cancellationToken);
        }, cancellationToken);
        return served ? applied : Failed(applied, $"established, but {kind} not served within {timeout.TotalSeconds:0} s");
    }

    private async Task<bool> AreServedAsync(string kind, IReadOnlyList<string> apiVersions, CancellationToken cancellationToken)
    {
        var all = await connection.Discovery.AllAsync(cancellationToken);
        return apiVersions.All(version => all.Any(r => r.ApiVersion == version && r.Kind == kind));
    }

    private static ObjectApplied Failed(ObjectApplied applied, string message) =>
        applied with { Outcome = ApplyOutcome.Failed, Reason = "NotEstablished", Message = message, IsTransient = true };
}
