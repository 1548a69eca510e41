using Kairship.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Problems;

/// <summary>A request that is not carried out, and why: becomes RFC 9457 problem details. The detail says what was wrong and what would be right.</summary>
internal sealed record Refusal(int Status, string Detail, IReadOnlyList<ProblemError>? Errors = null)
{
    public static Refusal BadRequest(string detail, IReadOnlyList<ProblemError>? errors = null) => new(StatusCodes.Status400BadRequest, detail, errors);

    public static Refusal Forbidden(string detail) => new(StatusCodes.Status403Forbidden, detail);

    public static Refusal NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    public static Refusal Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    public static Refusal Unprocessable(string detail, IReadOnlyList<ProblemError>? errors = null) =>
        new(StatusCodes.Status422UnprocessableEntity, detail, errors);

    public static Refusal Unavailable(string detail) => new(StatusCodes.Status503ServiceUnavailable, detail);

    public ProblemHttpResult ToResult() => TypedResults.Problem(
        Detail, statusCode: Status, title: ProblemTitles.Of(Status),
        extensions: Errors is { Count: > 0 } ? new Dictionary<string, object?> { ["errors"] = Errors } : null);
}

/// <summary>A value, or the refusal.</summary>
internal readonly record struct Answer<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Answer<T>(T value) => new(value, null);

    public static implicit operator Answer<T>(Refusal refusal) => new(null, refusal);

    /// <summary>The value; only when there is no refusal.</summary>
    public T Granted => Value ?? throw new InvalidOperationException("Refused: look at Refusal first.");
}

internal static class AnswerResults
{
    public static Results<Ok<T>, ProblemHttpResult> ToOk<T>(this Answer<T> answer)
        where T : class =>
        answer.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Ok(answer.Granted);

    public static Results<Created<T>, ProblemHttpResult> ToCreated<T>(this Answer<T> answer, Func<T, string> location)
        where T : class =>
        answer.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Created(location(answer.Granted), answer.Granted);
}
