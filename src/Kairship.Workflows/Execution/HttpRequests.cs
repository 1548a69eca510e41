using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kairship.Workflows.Execution;

/// <summary>A request that reached this instance, with what was answered.</summary>
internal sealed record HttpRequestState([property: JsonPropertyName("i")] string Id, [property: JsonPropertyName("r")] JsonObject? Response);

/// <summary>The last requests of an instance. Older ones are forgotten: a snapshot does not grow with them.</summary>
internal static class HttpRequests
{
    private const int Kept = 8;

    public static void Begin(InstanceState state, string requestId)
    {
        var all = state.HttpRequests ??= [];
        if (all.All(r => r.Id != requestId))
        {
            all.Add(new HttpRequestState(requestId, null));
            all.RemoveRange(0, Math.Max(0, all.Count - Kept));
        }
    }

    /// <summary>Answers the last request without a response; its id, or null when there is none.</summary>
    public static string? Answer(InstanceState state, JsonObject response)
    {
        var open = state.HttpRequests?.FindLastIndex(r => r.Response is null) ?? -1;
        if (open < 0)
        {
            return null;
        }

        state.HttpRequests![open] = state.HttpRequests[open] with { Response = (JsonObject)response.DeepClone() };
        return state.HttpRequests[open].Id;
    }
}
