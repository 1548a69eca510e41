using Kairship.Storage;
using Kairship.Testing.Worker;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// One node: the engine over a database, until SIGTERM. For tests that stop, freeze and kill processes.
var options = WorkerOptions.Read(args[0]);
var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
builder.Services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
builder.Services.AddKairshipStorage(new StorageOptions { Provider = options.Provider, ConnectionString = options.Connection });
builder.Services.AddSingleton<Activity>(new RemoteEffect(options));
if (options.Hold == Hold.BeforeResults)
{
    var inner = builder.Services.Last(s => s.ServiceType == typeof(IWorkflowStore));
    builder.Services.Remove(inner);
    builder.Services.AddSingleton<IWorkflowStore>(sp => new HeldStore((IWorkflowStore)ActivatorUtilities.CreateInstance(sp, inner.ImplementationType!), options));
}

builder.Services.AddKairshipWorkflows(new WorkflowRuntimeOptions
{
    Owner = options.Owner,
    Lease = TimeSpan.FromSeconds(options.LeaseSeconds),
    DrainTimeout = TimeSpan.FromSeconds(options.DrainSeconds),
    MaxClaims = options.MaxClaims,
    SuspectProbation = TimeSpan.FromSeconds(2),
    SweepMinInterval = TimeSpan.FromMilliseconds(50),
    SweepMaxInterval = TimeSpan.FromSeconds(1),
});
await builder.Build().RunAsync();
Console.WriteLine("bye");
