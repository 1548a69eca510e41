namespace Kairship.Delivery.Applications;

/// <summary>What is wrong with an application: the field's path in its YAML ("spec.rollout.steps[1].setWeight"), and what would be right.</summary>
public sealed record ApplicationProblem(string Path, string Message)
{
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

/// <summary>A text is not an application; <see cref="Problems"/> has everything that was found, not only the first.</summary>
public sealed class ApplicationYamlException(IReadOnlyList<ApplicationProblem> problems, Exception? inner = null)
    : Exception(string.Join('\n', problems), inner)
{
    public IReadOnlyList<ApplicationProblem> Problems { get; } = problems;
}
