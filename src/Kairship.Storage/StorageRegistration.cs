using Kairship.Delivery.Documents;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Storage.Access;
using Kairship.Storage.Clusters;
using Kairship.Storage.Database;
using Kairship.Storage.Delivery;
using Kairship.Storage.Documents;
using Kairship.Storage.Workflows;
using Kairship.Storage.Workflows.PostgreSql;
using Kairship.Storage.Workflows.Sqlite;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kairship.Storage;

public static class StorageRegistration
{
    /// <summary>Registers every store over one database: <see cref="IWorkflowStore"/>, <see cref="IDeliveryStore"/>,
    /// <see cref="IClusterStore"/>, <see cref="IClusterHealthStore"/>, <see cref="IFleetBrakeStore"/>, <see cref="IDocumentStore"/> and <see cref="AccessStore"/>. Nothing connects before it is used; call <see cref="IWorkflowStore.MigrateAsync"/> once at the start.</summary>
    /// <exception cref="ArgumentException">The options name no known provider or no connection.</exception>
    public static IServiceCollection AddKairshipStorage(this IServiceCollection services, StorageOptions options)
    {
        StorageOptionsValidation.Validate(options);
        services.TryAddSingleton(TimeProvider.System);
        if (options.Provider == StorageProvider.Sqlite)
        {
            services.AddSingleton(provider => new SqliteDatabase(options.ConnectionString, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<KairshipDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
            services.AddSingleton<IInstanceLedger>(provider =>
            {
                var database = provider.GetRequiredService<SqliteDatabase>();
                return new SqliteInstanceLedger(database.Writer, database.Readers, provider.GetRequiredService<TimeProvider>());
            });
        }
        else
        {
            services.AddSingleton(_ => new PostgreSqlDatabase(options.ConnectionString));
            services.AddSingleton<KairshipDatabase>(provider => provider.GetRequiredService<PostgreSqlDatabase>());
            services.AddSingleton<IInstanceLedger>(provider =>
                new PostgreSqlInstanceLedger(provider.GetRequiredService<PostgreSqlDatabase>().Source));
        }

        services.AddSingleton<DefinitionQueries>();
        services.AddSingleton<TriggerQueries>();
        services.AddSingleton<InstanceQueries>();
        services.AddSingleton<RetentionQueries>();
        services.AddSingleton<IWorkflowStore, WorkflowStore>();
        services.AddSingleton(provider => new AccessStore(provider.GetRequiredService<KairshipDatabase>()));
        services.AddSingleton<IDeliveryStore, DeliveryStore>();
        services.AddSingleton<IClusterStore, ClusterStore>();
        services.AddSingleton<IClusterHealthStore, ClusterHealthStore>();
        services.AddSingleton<IFleetBrakeStore, FleetBrakeStore>();
        services.AddSingleton<IDocumentStore, DocumentStore>();
        return services;
    }
}
