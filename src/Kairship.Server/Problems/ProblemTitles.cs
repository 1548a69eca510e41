using Microsoft.AspNetCore.WebUtilities;

namespace Kairship.Server.Problems;

internal static class ProblemTitles
{
    public static string Of(int status) => ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Refused";
}
