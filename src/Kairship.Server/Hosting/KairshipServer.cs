using System.Diagnostics.CodeAnalysis;
using Kairship.Api;
using Kairship.Server.Access;
using Kairship.Server.Applications;
using Kairship.Server.Approvals;
using Kairship.Server.Audit;
using Kairship.Server.Clusters;
using Kairship.Server.Drift;
using Kairship.Server.Elsa;
using Kairship.Server.Failover;
using Kairship.Server.Failover.Returning;
using Kairship.Server.Live;
using Kairship.Server.Placements;
using Kairship.Server.Problems;
using Kairship.Server.Releases;
using Kairship.Server.Scaling;
using Kairship.Server.Reports;
using Kairship.Server.Reports.Pages;
using Kairship.Server.Studio;
using Kairship.Server.Triggers.Events;
using Kairship.Server.Triggers.Http;
using Kairship.Server.Triggers.Schedules;
using Kairship.Server.Triggers.Webhooks;
using Kairship.Server.Workflows;
using Microsoft.AspNetCore.Authentication;
using OpenTelemetry.Metrics;

namespace Kairship.Server.Hosting;

/// <summary>The server as one thing: build it, run it.</summary>
public static class KairshipServer
{
    /// <summary>
    /// Takes the data folder and puts everything together; nothing runs until the application is started. Dispose of the application to give the
    /// folder back.
    /// </summary>
    /// <exception cref="ServerStartException">A setting is wrong, or another server holds the data folder.</exception>
    public static WebApplication Build(ServerOptions options)
    {
        options.Validated();
        var data = DataDirectory.Open(options.DataDirectory);
        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Kairship.Server", EnvironmentName = Environments.Production });
            Configure(builder, options, data);
            var app = builder.Build();
            Map(app);
            return app;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static void Configure(WebApplicationBuilder builder, ServerOptions options, DataDirectory data)
    {
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimitMiddleware.ConnectionLimit;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.AddKairshipLogging(options, data);
        builder.Services.AddSingleton(_ => data);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServerState>();
        builder.AddRooms(options, data);
        AddHttp(builder.Services);
        builder.Services.AddHostedService<ServerReadiness>();
        options.Instead?.Invoke(builder.Services);
    }

    private static void AddHttp(IServiceCollection services)
    {
        services.AddRouting();
        services.Configure<RouteHandlerOptions>(route => route.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.AddProblemDetails();
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddAuthentication(KeyAuthentication.Name).AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Name, null);
        services.AddAuthorization(Policies.Add);
        services.AddOpenApi("v1");
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(ServerMetrics.MeterName, Kairship.Fleet.Watching.WatchMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime").AddPrometheusExporter());
    }

    private static void Map(WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(EmptyAnswers.ExplainAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<AuditTrail>();
        app.UseAuthorization();
        app.UseMiddleware<BodyLimitMiddleware>();

        app.MapHealth();
        app.MapOpenApi().AllowAnonymous();
        app.MapHooks();
        app.MapHttpTriggers(app.Services.GetRequiredService<ServerOptions>());
        app.MapElsa();
        app.MapSession();
        app.MapStudioPages();
        app.MapReportPages();
        var api = app.MapGroup("/api/v1");
        api.MapClusters();
        api.MapFencing();
        api.MapReturns();
        api.MapFleet();
        api.MapApplications();
        api.MapPlacements();
        api.MapScaling();
        api.MapDrift();
        api.MapReleases();
        api.MapReports();
        api.MapApprovals();
        api.MapWorkflows();
        api.MapDefinitions();
        api.MapRun();
        api.MapWebhooks();
        api.MapEvents();
        api.MapSchedules();
        api.MapTasks();
        api.MapKeys();
        api.MapAudit();
    }
}
