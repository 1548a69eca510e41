namespace Kairship.Server.Elsa.Identity;

/// <summary>What Studio asks for before it shows optional parts of itself.</summary>
internal sealed record Feature(string Name, string Namespace, string FullName, string DisplayName, string Description)
{
    /// <summary>Each stands for routes that are there.</summary>
    public static IReadOnlyList<Feature> Installed { get; } =
    [
        Of("WorkflowManagement", "Definitions of workflows, their versions and drafts."),
        Of("WorkflowRuntime", "Runs workflows durably."),
        Of("WorkflowsApi", "The API that this list is part of."),
        Of("Identity", "Signing in with an API key."),
        Of("RealTimeWorkflowUpdates", "The hub that tells what happens in an instance."),
        Of("Scheduling", "Timers, delays and cron."),
        Of("JavaScript", "Expressions in JavaScript."),
        Of("Liquid", "Expressions in Liquid."),
        Of("Http", "Requests in and out."),
    ];

    private static Feature Of(string name, string description) => new(name, "Elsa", $"Elsa.{name}", name, description);
}
