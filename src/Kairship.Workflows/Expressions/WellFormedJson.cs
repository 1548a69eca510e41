using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions;

/// <summary>JSON from outside whose texts are texts. The parser reads them late: an escaped half of a surrogate pair would only fail where it is used.</summary>
public static class WellFormedJson
{
    /// <exception cref="JsonException">A text has half a surrogate pair.</exception>
    /// <param name="isSuspect">Whether the source has an escape that may be one; without any nothing is looked at.</param>
    public static JsonNode? Checked(JsonNode? parsed, bool isSuspect)
    {
        try
        {
            _ = isSuspect ? parsed?.ToJsonString() : null;
            return parsed;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A text has half of a surrogate pair (such as \\ud800 alone).", e);
        }
    }
}
