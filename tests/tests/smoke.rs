//! x
use rotor_tests::Folder;
#[test]
fn small_is_sound() {
    let folder = Folder::small();
    match rotor_data::Dataset::open(folder.path()) {
        Ok(d) => assert_eq!(d.archive().len(), 5),
        Err(rotor_data::DataError::Faulty { report, .. }) => panic!("{report}"),
        Err(e) => panic!("{e}"),
    }
}
