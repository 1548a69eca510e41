namespace Kairship.Api;

/// <summary>One thing wrong with a request: where ("spec.rollout.steps[1]", "activity gate / roles") and what would be right.</summary>
public sealed record ProblemError(string Path, string Message);

/// <summary>The server refused. Made from its RFC 9457 problem details.</summary>
public sealed class KairshipApiException(int status, string title, string? detail, IReadOnlyList<ProblemError> errors)
    : Exception(Describe(status, title, detail, errors))
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;
    public string Title { get; } = title;
    public string? Detail { get; } = detail;
    public IReadOnlyList<ProblemError> Errors { get; } = errors;

    private static string Describe(int status, string title, string? detail, IReadOnlyList<ProblemError> errors) =>
        string.Join('\n', [$"{detail ?? title} ({status})", .. errors.Select(e => e.Path.Length == 0 ? $"  {e.Message}" : $"  {e.Path}: {e.Message}")]);
}
