using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Elsa;

/// <summary>
/// Refusals as Elsa Studio shows them: it tells people the texts in <c>errors</c> (a dictionary) of an answer 400, and of no other. So whatever somebody should read who saves,
/// publishes, retracts or imports in the designer is a 400, with its own title, also where HTTP has a finer number.
/// </summary>
internal static class ElsaRefusals
{
    private const int MaxErrors = 20;

    /// <summary>The answer 400 with these texts.</summary>
    public static ProblemHttpResult Shown(string detail, IReadOnlyList<string>? errors = null, string? title = null)
    {
        IReadOnlyList<string> texts = errors is { Count: > 0 } ? errors : [detail];
        string[] told = texts.Count <= MaxErrors ? [.. texts] : [.. texts.Take(MaxErrors), $"... and {texts.Count - MaxErrors} more."];
        return TypedResults.Problem(
            detail, statusCode: StatusCodes.Status400BadRequest, title: title ?? ProblemTitles.Of(StatusCodes.Status400BadRequest),
            extensions: new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { ["workflow"] = told } });
    }

    /// <summary>A refusal that people in the designer should read.</summary>
    public static ProblemHttpResult Shown(this Refusal refusal) =>
        Shown(refusal.Detail, refusal.Errors is { Count: > 0 } errors ? [.. errors.Select(e => e.Path.Length == 0 ? e.Message : $"{e.Path}: {e.Message}")] : null, ProblemTitles.Of(refusal.Status));
}
