using Kairship.Workflows.Storage;

namespace Kairship.Server.Reports;

/// <summary>Closes reports whose workflow ended before they were over: cancelled, faulted or gone. Nobody else would, and they would be open for ever.</summary>
internal sealed partial class OpenReports(ReportBook book, IWorkflowStore workflows, TimeProvider time, ILogger<OpenReports> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    internal async Task CloseAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, instance) in await book.ListOpenAsync(cancellationToken))
        {
            var status = (await workflows.GetInstanceAsync(instance, cancellationToken))?.Status;
            if (status is null or InstanceStatus.Finished or InstanceStatus.Faulted or InstanceStatus.Cancelled)
            {
                await book.CloseAsync(id, status == InstanceStatus.Cancelled ? "It was cancelled." : "Its workflow ended before it was over.", time.GetUtcNow(), cancellationToken);
                Closed(id, instance, status?.ToString() ?? "gone");
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await CloseAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "Report {Report} is closed: the instance {Instance} that filed it is {Status}")]
    private partial void Closed(string report, string instance, string status);

    [LoggerMessage(LogLevel.Error, "Which reports are open could not be read")]
    private partial void NotRead(Exception exception);
}
