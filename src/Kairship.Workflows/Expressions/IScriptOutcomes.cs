namespace Kairship.Workflows.Expressions;

/// <summary>A scope that also takes the outcomes that a script chooses by <c>setOutcome(name)</c> and <c>setOutcomes([names])</c> (Elsa.RunJavaScript).
/// Where the scope is none, these functions fail.</summary>
public interface IScriptOutcomes
{
    /// <summary>The outcomes to leave by; replaces those set before.</summary>
    void SetOutcomes(IReadOnlyList<string> outcomes);
}
