namespace Kairship.Workflows.Definitions;

/// <summary>The text is not a workflow definition. The message says what is wrong and where.</summary>
public sealed class DefinitionFormatException(DefinitionProblem problem, Exception? inner = null) : Exception(problem.Message, inner)
{
    public DefinitionProblem Problem { get; } = problem;
}
