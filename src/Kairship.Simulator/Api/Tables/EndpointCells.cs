using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>Addresses of endpoints, the first three and how many more.</summary>
internal static class EndpointCells
{
    const int Shown = 3;

    public static string Of(JsonObject endpoints)
    {
        var all = PodDefaults.Items(endpoints["subsets"])
            .SelectMany(s => PodDefaults.Items(s["ports"]).SelectMany(p => PodDefaults.Items(s["addresses"]).Select(a => $"{JsonTree.Text(a["ip"])}:{p["port"]}")));
        return Some([.. all]);
    }

    public static string Addresses(JsonObject slice) =>
        Some([.. PodDefaults.Items(slice["endpoints"]).SelectMany(e => (e["addresses"] as JsonArray ?? []).Select(a => JsonTree.Text(a) ?? ""))]);

    public static string Ports(JsonObject slice) => Some([.. PodDefaults.Items(slice["ports"]).Select(p => p["port"]?.ToJsonString() ?? "")]);

    static string Some(List<string> all) => all.Count switch
    {
        0 => "<none>",
        <= Shown => string.Join(',', all),
        _ => $"{string.Join(',', all[..Shown])} + {all.Count - Shown} more...",
    };
}
