using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Kairship.Server.Hosting;

internal static class LoggingSetup
{
    private const int KeptFiles = 14;
    private const long FileBytes = 50 * 1024 * 1024;

    /// <summary>Console for people, a rolling file of compact JSON for everything else.</summary>
    public static void AddKairshipLogging(this IServiceCollection services, ServerOptions options, DataDirectory data) =>
        services.AddSerilog(
            log =>
            {
                log.MinimumLevel.Is(options.LogLevel)
                    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                    .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                    .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
                    .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
                    .MinimumLevel.Override("Orleans.Runtime.Silo", LogEventLevel.Error)
                    .MinimumLevel.Override("Kairship.Server.Access.KeyAuthentication", LogEventLevel.Warning)
                    .MinimumLevel.Override("Polly", LogEventLevel.Warning)
                    .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
                    .Enrich.FromLogContext()
                    .Enrich.WithProperty("Node", options.NodeName)
                    .WriteTo.File(
                        new CompactJsonFormatter(), Path.Combine(data.Logs, "kairship-.log"), rollingInterval: RollingInterval.Day,
                        retainedFileCountLimit: KeptFiles, fileSizeLimitBytes: FileBytes, rollOnFileSizeLimit: true);
                if (options.LogToConsole)
                {
                    log.WriteTo.Console(
                        outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
                }
            },
            preserveStaticLogger: true);
}
