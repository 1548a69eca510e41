using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

public static class WorkflowsRegistration
{
    /// <summary>
    /// Registers the engine: expressions, built-in activities and those registered as <see cref="Activity"/>, compiler, catalog, runtime, and the hosted service
    /// that sweeps, delivers and drains. Bring an <see cref="IWorkflowStore"/>; a registered <see cref="IInstanceDispatcher"/> replaces the one in the process,
    /// <see cref="ExpressionLimits"/> and <see cref="TimeProvider"/> the defaults.
    /// </summary>
    public static IServiceCollection AddKairshipWorkflows(this IServiceCollection services, WorkflowRuntimeOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options ?? new WorkflowRuntimeOptions());
        services.TryAddSingleton(sp => new ExpressionCompiler(sp.GetService<ExpressionLimits>()));
        services.TryAddSingleton(sp => new OutboundHttp(sp.GetService<OutboundHttpOptions>()));
        services.TryAddSingleton(sp => new ActivityRegistry(BuiltInActivities.Create(sp.GetRequiredService<ExpressionCompiler>(), sp.GetRequiredService<OutboundHttp>()).Concat(sp.GetServices<Activity>())));
        services.TryAddSingleton<DefinitionCompiler>();
        services.TryAddSingleton<DefinitionCatalog>();
        services.TryAddSingleton(sp => new WorkflowRuntime(
            sp.GetRequiredService<IWorkflowStore>(), sp.GetRequiredService<DefinitionCatalog>(), sp.GetRequiredService<WorkflowRuntimeOptions>(),
            sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<ILogger<WorkflowRuntime>>(), sp.GetService<IInstanceDispatcher>()));
        services.TryAddSingleton<DueInstanceSweep>();
        services.TryAddSingleton<OutboxPump>();
        services.TryAddSingleton<RetentionSweep>();
        services.AddHostedService<WorkflowHost>();
        return services;
    }
}
