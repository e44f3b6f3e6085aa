//! A server that is killed under load, again and again, on one book.

use slotdesk::store::SqliteStore;

use crate::dice::Dice;
use crate::figures::{bound, report};
use crate::load::{self, Load};
use crate::program::User;
use crate::server::Server;

/// How often the server is killed; `SLOTDESK_KILLS` says otherwise.
const KILLS: u64 = 8;

#[test]
fn rule_6_what_was_acknowledged_survives_a_server_that_is_killed_under_load() {
    let user = User::new();
    let mut server = Server::start(&user);
    load::opening(&server);
    let mut dice = Dice::new(1);
    let kills = bound("SLOTDESK_KILLS", KILLS);
    let (mut acknowledged, mut unanswered, mut stored) = (0, 0, 0);
    for round in 0..kills {
        let load = Load::start(&server, round);
        load.wait_for(1 + dice.index(200));
        server.kill();
        let clients = load.after_the_kill();
        server = Server::start(&user);
        let mut reader = SqliteStore::open_reader(&user.path("desk.db")).unwrap();
        acknowledged += load::assert_all_there(&mut *reader, &clients);
        unanswered += clients.iter().map(|memory| memory.unanswered.len()).sum::<usize>();
        stored += load::assert_answers_stay(&server, &mut *reader, &clients);
    }
    assert!(server.stop());
    let checked = user.run(&["check", "--book", "~/desk.db"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let figures = format!(
        "{kills} kills, {acknowledged} acknowledged changes all there, {unanswered} unanswered of which {stored} \
         bookings had been stored, none half, none twice"
    );
    report("rule_6_what_was_acknowledged_survives_a_server_that_is_killed_under_load", &figures);
}
