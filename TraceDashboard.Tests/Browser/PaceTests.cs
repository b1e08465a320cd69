using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

public sealed class PaceTests(BrowserFixture browser)
{
    // What is drawn counts its drawings and says how new they are. The clock and the timers are the test's own.
    private const string Thing =
        """
        async ({ address, took }) => {
          const { pace } = await import(address);
          const host = document.createElement('div');
          host.textContent = 'drawn';
          document.body.prepend(host);
          const thing = window.thing = { newest: 0, drawn: [], inUse: false, host };
          const prepare = async () => {
            const value = thing.newest;
            return async () => {
              thing.now += took;
              thing.drawn.push(value);
            };
          };
          thing.now = 0;
          performance.now = () => thing.now;
          let timer = null;
          window.setTimeout = (call, ms) => timer = { call, at: thing.now + ms };
          window.clearTimeout = () => timer = null;
          const settle = async () => { for (let i = 0; i < 20; i++) await null; };
          thing.paced = pace(host, prepare, () => thing.inUse);
          thing.change = async (value, now = false) => {
            thing.newest = value;
            thing.paced.change(5000, now);
            await settle();
          };
          thing.pass = async ms => {
            for (const end = thing.now + ms; thing.now < end; await settle()) {
              thing.now = Math.max(thing.now, Math.min(end, timer?.at ?? end));
              if (timer && timer.at <= thing.now) {
                const due = timer;
                timer = null;
                due.call();
              }
            }
          };
          await thing.paced.first(async () => thing.now += took);
        }
        """;

    [Fact]
    public async Task A_drawing_waits_for_its_time_and_its_reader_and_is_then_of_the_newest()
    {
        await using var app = await TestApp.StartAsync();
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/not-found");
        await StartAsync(reader, took: 10);

        Assert.Equal("", await DrawnAsync(reader, "await thing.change(1); await thing.change(2); await thing.pass(4900);"));
        Assert.Equal("2", await DrawnAsync(reader, "await thing.pass(200);"));

        // In use, then out of sight.
        Assert.Equal("2", await DrawnAsync(reader, "thing.inUse = true; await thing.change(3); await thing.pass(60000); await thing.change(4);"));
        Assert.Equal("2,4", await DrawnAsync(reader, "thing.inUse = false; await thing.pass(1000);"));
        Assert.Equal("2,4", await DrawnAsync(reader, "thing.host.style.display = 'none'; await thing.change(5); await thing.pass(60000);"));
        Assert.Equal("2,4,5", await DrawnAsync(reader, "thing.host.style.display = ''; await thing.pass(1000);"));

        // Something else is to be seen: at once, whatever the reader does with it.
        Assert.Equal("2,4,5,6", await DrawnAsync(reader, "thing.inUse = true; await thing.change(6, true);"));
        Assert.Equal("2,4,5,6", await DrawnAsync(reader, "thing.inUse = false; await thing.change(7); thing.paced.dispose(); await thing.pass(60000);"));
    }

    [Fact]
    public async Task What_takes_long_is_drawn_more_seldom()
    {
        await using var app = await TestApp.StartAsync();
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/not-found");
        await StartAsync(reader, took: 300);

        Assert.Equal("", await DrawnAsync(reader, "await thing.change(1); await thing.pass(29000);"));
        Assert.Equal("1", await DrawnAsync(reader, "await thing.pass(2000);"));
    }

    private static async Task StartAsync(BrowserPage reader, int took) =>
        await reader.Page.EvaluateAsync(Thing, new { address = "/js/pace.js", took });

    private static Task<string> DrawnAsync(BrowserPage reader, string steps) =>
        reader.Page.EvaluateAsync<string>($"async () => {{ {steps} return thing.drawn.join(); }}");
}
