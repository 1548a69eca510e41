using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Hosting;

/// <summary>Counts requests and lets the cluster's faults happen to them, in front of the API and behind nothing.</summary>
internal sealed class FaultInjection(ClusterFaults faults, TimeProvider clock, CancellationToken stopping)
{
    /// <summary>Where faults are set; nothing ever fails there.</summary>
    public const string ControlPath = "/sim/v1";

    private long _requests;
    private long _mutating;

    public long Requests => Volatile.Read(ref _requests);

    public long MutatingRequests => Volatile.Read(ref _mutating);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments(ControlPath, StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        Count(context.Request);
        using var cut = faults.Cut.UnsafeRegister(static c => ResetConnection((HttpContext)c!), context);
        using var stop = stopping.UnsafeRegister(static c => ResetConnection((HttpContext)c!), context);
        if (!await MayPass(context))
        {
            ResetConnection(context);
            return;
        }

        var (kind, afterEffect) = faults.Draw();
        switch (kind)
        {
            case FaultKind.TooManyRequests:
                context.Response.Headers.RetryAfter = "1";
                await Answer.Status(
                    context,
                    new ApiException(429, "TooManyRequests", "Too many requests, please try again later.", new() { ["retryAfterSeconds"] = 1 }));
                break;
            case FaultKind.InternalError:
                await Answer.Status(context, new ApiException(500, "InternalError", "Internal error occurred: simulated fault"));
                break;
            case FaultKind.Reset:
                if (afterEffect && !IsWatch(context.Request))
                {
                    context.Response.Body = Stream.Null;
                    await next(context);
                }

                ResetConnection(context);
                break;
            default:
                if (IsWatch(context.Request))
                {
                    context.Response.Body = new FreezingStream(context.Response.Body, faults);
                }

                await next(context);
                break;
        }
    }

    private async Task<bool> MayPass(HttpContext context)
    {
        try
        {
            var settings = faults.Settings;
            if (settings.Unreachable)
            {
                return false;
            }

            if (settings.Frozen)
            {
                await faults.WaitWhileFrozenAsync(context.RequestAborted);
            }

            if (settings.LatencyMilliseconds > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(settings.LatencyMilliseconds), clock, context.RequestAborted);
            }

            return !faults.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Count(HttpRequest request)
    {
        Interlocked.Increment(ref _requests);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method)
            && !request.Query.ContainsKey("dryRun"))
        {
            Interlocked.Increment(ref _mutating);
        }
    }

    private static bool IsWatch(HttpRequest request) =>
        request.Query.TryGetValue("watch", out var watch) && watch.ToString() is not ("" or "0" or "false");

    /// <summary>Ends the whole connection, as a broken network does: with HTTP/2 all its streams go.</summary>
    private static void ResetConnection(HttpContext context)
    {
        try
        {
            if (context.Features.Get<IConnectionSocketFeature>() is { } transport)
            {
                // Close with RST instead of FIN.
                transport.Socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, 0);
            }

            context.Features.Get<IConnectionLifetimeFeature>()?.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The client was faster.
        }

        context.Abort();
    }
}
