namespace Kairship.Workflows.Execution;

/// <summary>An execution would pass one of the <see cref="ExecutionLimits"/>: an incident of that type.</summary>
internal sealed class LimitException(string type, string message) : Exception(message)
{
    public string Type { get; } = type;
}
